#include "akbuzat/util/log.hpp"

#include <cstdio>
#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace akbuzat::util {
namespace {

/// The message as the inside of a JSON string, so that nothing in it can break out of its line.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const auto append = [&out](const char* text, std::size_t size) { out.append(text, text + size); };
    for (const char c : message.payload) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        const char escaped[] = {'\\', c};
        append(escaped, 2);
      } else if (byte < 0x20) {
        char escaped[8];
        append(escaped, static_cast<std::size_t>(std::snprintf(escaped, sizeof escaped, "\\u%04x", byte)));
      } else {
        out.push_back(c);
      }
    }
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

std::shared_ptr<spdlog::logger> makeLogger() {
  auto logger = std::make_shared<spdlog::logger>("akbuzat", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  return logger;
}

const std::shared_ptr<spdlog::logger>& instance() {
  static const std::shared_ptr<spdlog::logger> logger = makeLogger();
  return logger;
}

}  // namespace

spdlog::logger& log() { return *instance(); }

void setUpLog(bool json, spdlog::level::level_enum level) {
  spdlog::logger& logger = log();
  logger.set_level(level);
  logger.flush_on(spdlog::level::debug);
  if (json) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<JsonMessage>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%*"})");
    logger.set_formatter(std::move(formatter));
  }
}

}  // namespace akbuzat::util
