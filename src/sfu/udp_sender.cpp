#include "sfu/udp_sender.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "sfu/socket_address.hpp"
#include "sfu/udp_socket.hpp"

namespace akbuzat::sfu {

namespace {

constexpr std::uint16_t kNone = 0xffff;

/// Of one message that the kernel cuts: UDP_MAX_SEGMENTS of Linux before 6.9, and what fits a UDP datagram behind an
/// IPv4 header (65,507 bytes), rounded down.
constexpr std::size_t kMaxSegments = 64;
constexpr std::size_t kMaxRunBytes = 65'000;

constexpr std::size_t kSourceSpace = CMSG_SPACE(sizeof(in6_pktinfo));
constexpr std::size_t kSegmentSpace = CMSG_SPACE(sizeof(std::uint16_t));

/// A power of two, so that half of the table stays free.
constexpr std::size_t kTableSize = 2 * UdpSender::kBatch;
static_assert((kTableSize & (kTableSize - 1)) == 0);

bool hasSegments(int fd) {
  const int off = 0;
  return ::setsockopt(fd, SOL_UDP, UDP_SEGMENT, &off, sizeof off) == 0;
}

/// Appends a control message; `at` is where, and then where the next one goes.
template <class Value>
void putControl(std::uint8_t* control, std::size_t& at, int level, int type, const Value& value) noexcept {
  cmsghdr header{};
  header.cmsg_level = level;
  header.cmsg_type = type;
  header.cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(control + at, &header, sizeof header);
  std::memcpy(control + at + CMSG_LEN(0), &value, sizeof value);
  at += CMSG_SPACE(sizeof value);
}

bool isUnspecified(const transport::Endpoint& endpoint) noexcept {
  static constexpr std::array<std::uint8_t, 16> kZero{};
  return endpoint.address == kZero;
}

}  // namespace

/// One datagram of the batch.
struct UdpSender::Item {
  transport::Path path;
  std::uint16_t size = 0;
  /// The next of the same run, or kNone.
  std::uint16_t next = kNone;
};

/// Datagrams that leave as one message: same path, same size but for the last, which may be shorter.
struct UdpSender::Run {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  std::uint16_t count = 0;
  /// Of each but the last.
  std::uint16_t size = 0;
  std::uint32_t bytes = 0;
  /// No further one fits.
  bool closed = false;
};

/// What a message's header points to.
struct UdpSender::Message {
  SocketAddress remote;
  alignas(cmsghdr) std::array<std::uint8_t, kSourceSpace + kSegmentSpace> control{};
};

struct UdpSender::Storage {
  std::array<std::array<std::uint8_t, transport::DatagramSink::kMaxDatagram>, kBatch> buffers;
  std::array<Item, kBatch> items;
  std::array<Run, kBatch> runs;
  std::array<Message, kBatch> messages;
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> parts;
  /// The latest run of each path, by the path's hash; open addressing.
  std::array<std::uint16_t, kTableSize> table;
};

UdpSender::UdpSender(const UdpSocket& socket, MediaSocketCounters& counters, SendMany sendMany)
    : fd_(socket.fd.get()),
      family_(socket.family),
      counters_(counters),
      sendMany_(sendMany),
      segments_(hasSegments(fd_)),
      storage_(std::make_unique<Storage>()) {}

UdpSender::~UdpSender() = default;

util::MutableBytes UdpSender::buffer() noexcept { return storage_->buffers[count_]; }

void UdpSender::send(const transport::Path& path, std::size_t size) noexcept {
  const bool reachable = family_ == AF_INET6 || path.remote.isV4();
  if (!reachable || size == 0 || size > transport::DatagramSink::kMaxDatagram) {
    ++counters_.dropped;
    return;
  }
  Item& item = storage_->items[count_];
  item.path = path;
  item.size = static_cast<std::uint16_t>(size);
  item.next = kNone;
  if (++count_ == kBatch) flush();
}

void UdpSender::flush() noexcept {
  if (count_ == 0) return;
  formRuns();
  prepare();
  transmit();
  count_ = 0;
  runs_ = 0;
}

void UdpSender::formRuns() noexcept {
  if (segments_) storage_->table.fill(kNone);
  for (std::size_t i = 0; i < count_; ++i) {
    Item& item = storage_->items[i];
    Run& run = runFor(item);
    const auto index = static_cast<std::uint16_t>(i);
    if (run.count == 0) {
      run = {.first = index, .last = index, .count = 0, .size = item.size, .bytes = 0, .closed = false};
    } else {
      storage_->items[run.last].next = index;
      run.last = index;
    }
    ++run.count;
    run.bytes += item.size;
    run.closed = item.size < run.size || run.count == kMaxSegments;
  }
}

/// The run that `item` continues, or a new one, with count 0.
UdpSender::Run& UdpSender::runFor(const Item& item) noexcept {
  if (segments_) {
    std::size_t slot = std::hash<transport::Path>{}(item.path) % kTableSize;
    while (storage_->table[slot] != kNone) {
      Run& run = storage_->runs[storage_->table[slot]];
      if (storage_->items[run.first].path == item.path) {
        if (!run.closed && item.size <= run.size && run.bytes + item.size <= kMaxRunBytes) return run;
        break;
      }
      slot = (slot + 1) % kTableSize;
    }
    storage_->table[slot] = static_cast<std::uint16_t>(runs_);
  }
  Run& run = storage_->runs[runs_++];
  run.count = 0;
  return run;
}

void UdpSender::prepare() noexcept {
  iovec* parts = storage_->parts.data();
  for (std::size_t i = 0; i < runs_; ++i) {
    const Run& run = storage_->runs[i];
    std::uint16_t index = run.first;
    for (std::size_t part = 0; part < run.count; ++part, index = storage_->items[index].next)
      parts[part] = {storage_->buffers[index].data(), storage_->items[index].size};
    fill(run, storage_->messages[i], storage_->headers[i], parts, run.count);
    parts += run.count;
  }
}

/// Makes `header` send `count` parts of `run`.
void UdpSender::fill(const Run& run, Message& message, mmsghdr& header, iovec* parts, std::size_t count) noexcept {
  const transport::Path& path = storage_->items[run.first].path;
  write(path.remote, family_, message.remote);
  std::size_t controlSize = 0;
  // Where the path does not say, the system chooses the address to send from.
  if (!isUnspecified(path.local)) {
    if (family_ == AF_INET6) {
      // A mapped address serves as IPv4's source too.
      in6_pktinfo source{};
      std::memcpy(&source.ipi6_addr, path.local.address.data(), path.local.address.size());
      putControl(message.control.data(), controlSize, IPPROTO_IPV6, IPV6_PKTINFO, source);
    } else {
      in_pktinfo source{};
      std::memcpy(&source.ipi_spec_dst, path.local.address.data() + 12, sizeof source.ipi_spec_dst);
      putControl(message.control.data(), controlSize, IPPROTO_IP, IP_PKTINFO, source);
    }
  }
  if (count > 1) putControl(message.control.data(), controlSize, SOL_UDP, UDP_SEGMENT, run.size);
  msghdr& out = header.msg_hdr;
  out = {};
  out.msg_name = &message.remote.storage;
  out.msg_namelen = message.remote.size;
  out.msg_iov = parts;
  out.msg_iovlen = count;
  out.msg_control = controlSize == 0 ? nullptr : message.control.data();
  out.msg_controllen = controlSize;
}

void UdpSender::transmit() noexcept {
  std::size_t at = 0;
  while (at < runs_) {
    ++counters_.sendCalls;
    const int sent = sendMany_(fd_, &storage_->headers[at], static_cast<unsigned>(runs_ - at), MSG_DONTWAIT);
    if (sent > 0) {
      for (const std::size_t end = at + static_cast<std::size_t>(sent); at < end; ++at) countSent(storage_->runs[at]);
      continue;
    }
    // The error is the first message's; those behind it have not been tried.
    const int error = sent < 0 ? errno : EAGAIN;
    if (error == EINTR) continue;
    Run& run = storage_->runs[at];
    bool full = error == EAGAIN || error == EWOULDBLOCK;
    if (!full && run.count > 1 && (error == EIO || error == EINVAL || error == EMSGSIZE)) {
      // EIO: a device on the way cannot cut, which will not change. Else it may be about this path: its MTU is smaller
      // than a segment (old kernels say EINVAL), while a datagram of its own would be fragmented.
      if (error == EIO) segments_ = false;
      full = !sendSingly(run);
    } else {
      // Unless the buffer is full it is the destination's fault (unreachable, not permitted, no such address of ours
      // any more), and the others shall get theirs.
      counters_.dropped += run.count;
    }
    ++at;
    // Media that waits is worth nothing: what comes next is newer.
    for (; full && at < runs_; ++at) counters_.dropped += storage_->runs[at].count;
  }
}

/// Sends the run's datagrams one by one. False if the send buffer is full.
bool UdpSender::sendSingly(const Run& run) noexcept {
  bool full = false;
  std::uint16_t index = run.first;
  Message& message = storage_->messages[static_cast<std::size_t>(&run - storage_->runs.data())];
  for (std::size_t i = 0; i < run.count; ++i, index = storage_->items[index].next) {
    iovec part{storage_->buffers[index].data(), storage_->items[index].size};
    mmsghdr header{};
    fill(run, message, header, &part, 1);
    int sent = 0;
    if (!full) {
      do {
        ++counters_.sendCalls;
        sent = sendMany_(fd_, &header, 1, MSG_DONTWAIT);
      } while (sent < 0 && errno == EINTR);
      full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    if (sent == 1) {
      ++counters_.sent;
      counters_.sentBytes += part.iov_len;
    } else {
      ++counters_.dropped;
    }
  }
  return !full;
}

void UdpSender::countSent(const Run& run) noexcept {
  counters_.sent += run.count;
  counters_.sentBytes += run.bytes;
}

}  // namespace akbuzat::sfu
