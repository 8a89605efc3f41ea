#include "bench/options.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>

namespace akbuzat::bench {

namespace {

template <class Number>
Number parseNumber(const std::string& flag, const std::string& text, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most)) {
    throw std::invalid_argument(flag + " must be a number from " + std::to_string(least) + " to " +
                                std::to_string(most) + ".");
  }
  return value;
}

const std::map<std::string, Mode> kModes{{"limit", Mode::limit}, {"relay", Mode::relay}, {"update", Mode::update},
                                         {"join", Mode::join},   {"idle", Mode::idle},   {"report", Mode::report},
                                         {"all", Mode::all},     {"sfu", Mode::sfu},     {"proxy", Mode::proxy}};

}  // namespace

std::string helpText() {
  return "akbuzat-bench MODE [OPTION ...]: load for the room WebSocket and for media; prints one line of JSON\n"
         "\n"
         "  limit    equal frames from a bare epoll loop to --members - 1 sockets: what this machine can do at all\n"
         "  relay    one member's e2eeMlsMessage to all others of its room\n"
         "  update   one member's userUpdate, which is made durable, to the room states of all\n"
         "  join     all members of a room come at once\n"
         "  idle     the server's memory for each of --connections joined members who do nothing\n"
         "  report   limit and relay by turns, their ratio, and relay's latency at half of its maximum\n"
         "  all      every one of these\n"
         "  sfu      media: 1 to 100, 10 to 10 and 50 rooms of 4 people through the SFU on one thread, and its ratio "
         "to\n"
         "           bare recvmmsg, libsrtp and sendmmsg for the same packets; only --seconds applies\n"
         "  proxy    what it adds to a tracks/new that a room's SFU is another server, over HTTPS, at --rate calls a\n"
         "           second (200); only --server, --shards and --seconds apply beside it\n"
         "\n"
         "  --url ws://127.0.0.1:PORT   a running server (loopback only); without it one is started and ended\n"
         "  --pid PID                   the running server's process, for idle\n"
         "  --server FILE               the server to start (default: akbuzat beside this program)\n"
         "  --shards N                  threads of the started server\n"
         "  --seconds S                 measured time (5)\n"
         "  --rooms N                   (1)\n"
         "  --members N                 in each room (50; join: 100; idle: 4)\n"
         "  --connections N             for idle (2000)\n"
         "  --size BYTES                of a relayed message (200)\n"
         "  --window N                  messages of a room under way at once (relay: 256; update: 8)\n"
         "  --rate N                    messages sent a second in all, whatever is under way (default: as the window "
         "allows)\n"
         "  --rounds N                  for report (3)\n";
}

Options parseOptions(const std::vector<std::string>& arguments) {
  Options options;
  const auto count = [](std::size_t& member, std::size_t least, std::size_t most) {
    return [&member, least, most](const std::string& flag, const std::string& value) {
      member = parseNumber(flag, value, least, most);
    };
  };
  const std::map<std::string, std::function<void(const std::string&, const std::string&)>> flags{
      {"--url", [&](const auto&, const auto& value) { options.url = value; }},
      {"--pid",
       [&](const auto& flag, const auto& value) { options.pid = parseNumber<pid_t>(flag, value, 1, 1 << 30); }},
      {"--server", [&](const auto&, const auto& value) { options.server = value; }},
      {"--shards",
       [&](const auto& flag, const auto& value) { options.shards = std::to_string(parseNumber(flag, value, 1, 64)); }},
      {"--seconds",
       [&](const auto& flag, const auto& value) {
         options.time = std::chrono::duration<double>(parseNumber(flag, value, 0.1, 60.0));
       }},
      {"--rooms", count(options.rooms, 1, 1000)},
      {"--members", count(options.members, 2, 1000)},
      {"--connections", count(options.connections, 1, 20'000)},
      {"--size", count(options.size, 100, 60'000)},
      {"--window", count(options.window, 1, 16'384)},
      {"--rate", [&](const auto& flag, const auto& value) { options.rate = parseNumber(flag, value, 0.1, 1e7); }},
      {"--rounds", count(options.rounds, 1, 20)},
  };
  bool modeGiven = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    if (const auto flag = flags.find(argument); flag != flags.end()) {
      if (i + 1 == arguments.size()) throw std::invalid_argument(argument + " must be followed by a value.");
      flag->second(argument, arguments[++i]);
    } else if (const auto mode = kModes.find(argument); mode != kModes.end() && !modeGiven) {
      options.mode = mode->second;
      modeGiven = true;
    } else {
      throw std::invalid_argument("\"" + argument + "\" is not a mode or an option; --help lists them.");
    }
  }
  if (!modeGiven) throw std::invalid_argument("The mode is missing; --help lists them.");
  if (options.rooms * options.members > 20'000) throw std::invalid_argument("No more than 20000 members in all.");
  return options;
}

}  // namespace akbuzat::bench
