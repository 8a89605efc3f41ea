#include "sfu/own_socket.hpp"

#include <utility>

#include "akbuzat/sfu/addresses.hpp"

namespace akbuzat::sfu {

OwnSocket::OwnSocket(boost::asio::io_context& context, const std::string& address, SessionHost& shard,
                     std::function<void()> turnEnded)
    : shard_(shard), turnEnded_(std::move(turnEnded)), socket_(context, address, 0, *this) {}

std::vector<std::string> OwnSocket::candidates() const { return candidateLines(addresses(), socket_.port(), 0, false); }

void OwnSocket::start(Session& session) {
  session_ = &session;
  socket_.start();
}

void OwnSocket::onDatagram(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) {
  session_->transport().receive(datagram, from, now);
}

}  // namespace akbuzat::sfu
