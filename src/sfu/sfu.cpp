#include "akbuzat/sfu/sfu.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include <boost/asio/post.hpp>

#include "akbuzat/sfu/addresses.hpp"
#include "akbuzat/transport/stun.hpp"
#include "sfu/sfu_shard.hpp"

namespace akbuzat::sfu {
namespace {

/// The frame's length before each packet (RFC 4571 section 2).
constexpr std::size_t kFrameHeader = 2;

}  // namespace

struct Sfu::Impl {
  util::Shards& shards;
  const transport::Certificate certificate;
  const std::vector<std::string> addresses;
  /// HTTP listens on the same address, and 0.0.0.0 is IPv4 alone for it.
  const bool tcpOnV6;
  std::vector<std::shared_ptr<SfuShard>> all;
};

Sfu::Sfu(util::Shards& shards, const SfuOptions& options)
    : impl_(new Impl{shards,
                     {},
                     reachableAddresses(options.announcedIps, options.address),
                     options.address.find(':') != std::string::npos,
                     {}}) {
  for (util::ShardIndex i = 0; i < shards.size(); ++i) {
    const auto port = static_cast<std::uint16_t>(options.udpPort == 0 ? 0 : options.udpPort + i);
    impl_->all.push_back(std::make_shared<SfuShard>(shards.context(i), i, options, port, impl_->certificate));
  }
}

Sfu::~Sfu() = default;

void Sfu::start(std::uint16_t tcpPort) {
  for (const auto& shard : impl_->all) {
    shard->start(impl_->addresses, tcpPort, impl_->tcpOnV6);
  }
}

void Sfu::stop(std::function<void()> done) {
  const auto left = std::make_shared<std::atomic<std::size_t>>(impl_->all.size());
  for (util::ShardIndex i = 0; i < impl_->all.size(); ++i) {
    boost::asio::post(impl_->shards.context(i), [shard = impl_->all[i], left, done] {
      shard->stop();
      if (--*left == 0) done();
    });
  }
}

ShardSfu& Sfu::shard(util::ShardIndex index) { return *impl_->all[index]; }

void Sfu::adoptTcp(int fd, std::string early) {
  util::ShardIndex index = impl_->all.size();
  if (early.size() > kFrameHeader) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(early.data());
    const std::size_t length = util::readU16({bytes, early.size()}, 0);
    if (early.size() >= kFrameHeader + length) {
      const auto message = transport::parseStun(util::Bytes{bytes + kFrameHeader, length});
      // "ours:theirs" (RFC 8445 section 7.2.2).
      if (message) index = transport::shardOf(message->username.substr(0, message->username.find(':'))).value_or(index);
    }
  }
  // No check for a session of ours.
  if (index >= impl_->all.size()) {
    ::close(fd);
    return;
  }
  boost::asio::post(impl_->shards.context(index),
                    [shard = impl_->all[index], fd, early = std::move(early)] { shard->socket().adopt(fd, early); });
}

std::vector<std::string> Sfu::stunUrls() const {
  std::vector<std::string> urls;
  const std::string port = std::to_string(impl_->all.front()->socket().port());
  for (const std::string& address : impl_->addresses) {
    std::string& url = urls.emplace_back("stun:");
    const bool v6 = address.find(':') != std::string::npos;
    url.append(v6 ? "[" : "").append(address).append(v6 ? "]:" : ":").append(port);
  }
  return urls;
}

}  // namespace akbuzat::sfu
