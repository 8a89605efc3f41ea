#include "http/responder.hpp"

#include "akbuzat/util/log.hpp"

namespace akbuzat::http {

Responder::~Responder() {
  const auto sink = sink_.lock();
  if (!sink) return;
  try {
    sink->answer(serial_, jsonError(500, "internal", "The server failed to answer."));
  } catch (const std::exception& failure) {
    util::log().error("An answer was lost: {}", failure.what());
  }
}

void Responder::operator()(Response response) {
  const auto sink = sink_.lock();
  sink_.reset();
  if (sink) sink->answer(serial_, std::move(response));
}

}  // namespace akbuzat::http
