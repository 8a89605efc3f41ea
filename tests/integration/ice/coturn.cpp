#include "coturn.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

namespace akbuzat::test {
namespace {

std::uint16_t freePort() {
  boost::asio::io_context context;
  const boost::asio::ip::udp::socket socket(context, {boost::asio::ip::address_v4::loopback(), 0});
  return socket.local_endpoint().port();
}

}  // namespace

Coturn::Coturn(const std::string& secret) : port_(freePort()) {
  const std::string folder = folder_.path().string();
  std::ofstream(folder + "/coturn.conf") << "listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port=" << port_
                                         << "\nno-tcp\nno-tls\nno-dtls\nno-cli\nuse-auth-secret\nstatic-auth-secret="
                                         << secret << "\nrealm=akbuzat.test\nallow-loopback-peers\nuserdb=" << folder
                                         << "/users\npidfile=" << folder << "/pid\nlog-file=stdout\n";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  std::string program = "turnserver";
  std::string option = "-c";
  std::string file = folder + "/coturn.conf";
  char* arguments[] = {program.data(), option.data(), file.data(), nullptr};
  const int error = posix_spawnp(&pid_, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "turnserver (the package coturn)");
}

Coturn::~Coturn() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace akbuzat::test
