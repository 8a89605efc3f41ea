#pragma once

#include <cstdint>
#include <memory>

#include "http/response.hpp"

namespace akbuzat::http {

/// Where an answer goes: a connection, as its handlers see it.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// `serial` tells the request apart from earlier and later ones of the connection. Any thread.
  virtual void answer(std::uint64_t serial, Response response) = 0;
};

/// The right and duty to answer one request, once, now or later, on any thread. If it is dropped instead, the client
/// gets a 500. Holds nothing alive: if the connection is gone by then, the answer goes nowhere.
class Responder {
 public:
  Responder(std::weak_ptr<AnswerSink> sink, std::uint64_t serial) : sink_(std::move(sink)), serial_(serial) {}
  Responder(Responder&& other) noexcept : sink_(std::move(other.sink_)), serial_(other.serial_) { other.sink_.reset(); }
  Responder& operator=(Responder&&) = delete;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder();

  void operator()(Response response);

 private:
  std::weak_ptr<AnswerSink> sink_;
  std::uint64_t serial_;
};

}  // namespace akbuzat::http
