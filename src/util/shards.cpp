#include "akbuzat/util/shards.hpp"

namespace akbuzat::util {

Shards::Shards(std::size_t count) {
  contexts_.reserve(count);
  guards_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
}

Shards::~Shards() {
  stop();
  join();
}

void Shards::start() {
  for (const auto& context : contexts_) threads_.emplace_back([&io = *context] { io.run(); });
}

void Shards::stop() {
  for (const auto& context : contexts_) context->stop();
}

void Shards::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace akbuzat::util
