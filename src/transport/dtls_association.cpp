#include "transport/dtls_association.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/srtp.h>

namespace akbuzat::transport {
namespace {

// IPv6's least MTU is 1280 (RFC 8200 section 5); less the headers of IPv6 and UDP and some for a tunnel.
constexpr int kMtu = 1200;
// RFC 6347 section 4.2.4.1 begins with a second and lets those who know their network begin earlier: here ICE has just
// crossed the path, and a lost datagram should not delay a call by a second. It ends well below that document's 60 s,
// so that the end of an outage is noticed.
constexpr std::chrono::milliseconds kFirstResend{200};
constexpr std::chrono::milliseconds kLastResend{3200};
// A flight that the peer asks for again is not sent more often than this: its repeated ClientHello may be several
// datagrams.
constexpr std::chrono::milliseconds kLeastResend{40};
// As long as an unheard peer lives (protocol E.6).
constexpr std::chrono::seconds kHandshakeTime{30};
// Our longest flight has about 1,100 bytes; more would be a repetition within OpenSSL.
constexpr std::size_t kMaxFlight = 8;
// OpenSSL's timer, in microseconds: an hour, as much as fits.
constexpr unsigned kNever = 3'600'000'000U;

unsigned never(SSL* /*ssl*/, unsigned /*last*/) { return kNever; }

}  // namespace

DtlsAssociation::DtlsAssociation(const Certificate::Impl& certificate, DatagramSink& sink, util::TimePoint now)
    : sink_(sink),
      ssl_(SSL_new(certificate.context.get())),
      lastProgress_(now),
      giveUpAt_(now + kHandshakeTime),
      sentAt_(now),
      resendAfter_(kFirstResend) {
  if (ssl_ == nullptr) throw std::bad_alloc();
  BIO* const bio = newDatagramBio(*this);
  if (bio == nullptr) throw std::bad_alloc();
  SSL_set_bio(ssl_.get(), bio, bio);  // owns it, once
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_mtu(ssl_.get(), kMtu);
  DTLS_set_timer_cb(ssl_.get(), never);
  SSL_set_accept_state(ssl_.get());
}

DtlsAssociation::~DtlsAssociation() = default;

void DtlsAssociation::askForCertificate(SSL_CTX* context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, onCertificate, nullptr);
}

int DtlsAssociation::onCertificate(X509_STORE_CTX* store, void* /*unused*/) {
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (ssl == nullptr || certificate == nullptr) return 0;
  const auto* self = static_cast<const DtlsAssociation*>(SSL_get_app_data(ssl));
  try {
    if (self->expected_->empty() || matchesAny(*certificate, *self->expected_)) return 1;
  } catch (const std::bad_alloc&) {
    return 0;  // an exception must not pass through OpenSSL
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

void DtlsAssociation::connect(const Path& to, const Fingerprints& expected, util::TimePoint now) {
  SSL_set_connect_state(ssl_.get());
  receive({}, to, expected, now);
}

void DtlsAssociation::receive(util::Bytes datagram, const Path& from, const Fingerprints& expected,
                              util::TimePoint now) {
  if (state_ == State::closed || state_ == State::failed) return;
  path_ = from;
  input_ = datagram;
  expected_ = &expected;
  newFlight_ = true;
  run();
  input_ = {};
  expected_ = nullptr;
  // `newFlight_` has been taken back by whatever was sent.
  if (state_ == State::handshaking && !newFlight_) {
    lastProgress_ = now;
    sentAt_ = now;
    resendAfter_ = kFirstResend;
    resendAt_ = now + resendAfter_;
  }
  newFlight_ = false;
}

void DtlsAssociation::run() {
  ERR_clear_error();
  if (state_ == State::handshaking) {
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
      state_ = State::complete;
      // From here on OpenSSL repeats its last flight itself when the peer repeats its own.
      flight_ = {};
      resendAt_ = util::TimePoint::max();
    } else if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
      state_ = State::failed;
    }
  }
  if (state_ == State::complete) readToEnd();
  ERR_clear_error();
}

void DtlsAssociation::readToEnd() {
  // There is no application data without data channels: what comes is dropped.
  std::array<std::uint8_t, 2048> data;
  for (;;) {
    const int size = SSL_read(ssl_.get(), data.data(), static_cast<int>(data.size()));
    if (size > 0) continue;
    // Records that nobody could have protected are dropped by OpenSSL without a word. Anything else than waiting for
    // more is the peer's alert, or its misbehaviour.
    if (SSL_get_error(ssl_.get(), size) != SSL_ERROR_WANT_READ) state_ = State::closed;
    return;
  }
}

util::Bytes DtlsAssociation::takeDatagram() { return std::exchange(input_, {}); }

void DtlsAssociation::putDatagram(util::Bytes datagram) {
  if (state_ == State::handshaking) {
    if (newFlight_) flight_.clear();
    newFlight_ = false;
    if (flight_.size() < kMaxFlight) flight_.emplace_back(datagram.begin(), datagram.end());
  }
  transmit(datagram);
}

void DtlsAssociation::transmit(util::Bytes datagram) {
  const util::MutableBytes out = sink_.buffer();
  if (datagram.size() > out.size()) return;
  std::copy(datagram.begin(), datagram.end(), out.begin());
  sink_.send(path_, datagram.size());
}

void DtlsAssociation::resend(util::TimePoint now) {
  if (state_ != State::handshaking) return;
  for (const auto& datagram : flight_) transmit(datagram);
  sentAt_ = now;
}

void DtlsAssociation::repeatFlight(const Path& to, util::TimePoint now) {
  if (state_ != State::handshaking || now - sentAt_ < kLeastResend) return;
  path_ = to;
  resend(now);
}

void DtlsAssociation::tick(util::TimePoint now) {
  if (state_ != State::handshaking) return;
  if (now >= giveUpAt_) {
    state_ = State::failed;
  } else if (now >= resendAt_) {
    resend(now);
    resendAfter_ = std::min(resendAfter_ * 2, kLastResend);
    resendAt_ = now + resendAfter_;
  }
}

util::TimePoint DtlsAssociation::deadline() const noexcept {
  return state_ == State::handshaking ? std::min(resendAt_, giveUpAt_) : util::TimePoint::max();
}

void DtlsAssociation::close() noexcept {
  if (state_ != State::complete) return;
  state_ = State::closed;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

bool DtlsAssociation::matches(const Fingerprints& expected) const {
  const X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate != nullptr && matchesAny(*certificate, expected);
}

std::optional<SrtpKeys> DtlsAssociation::exportKeys() const {
  const SRTP_PROTECTION_PROFILE* const profile = SSL_get_selected_srtp_profile(ssl_.get());
  if (profile == nullptr) return std::nullopt;
  SrtpKeys keys;
  keys.profile = static_cast<SrtpProfile>(profile->id);
  const std::size_t salt = saltSize(keys.profile);
  SrtpKeys::Master& client = SSL_is_server(ssl_.get()) == 1 ? keys.theirs : keys.ours;
  SrtpKeys::Master& server = SSL_is_server(ssl_.get()) == 1 ? keys.ours : keys.theirs;
  // RFC 5764 section 4.2: the client's key, the server's, the client's salt, the server's.
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  std::array<std::uint8_t, 2 * std::tuple_size_v<SrtpKeys::Master>> material{};
  if (SSL_export_keying_material(ssl_.get(), material.data(), 2 * (SrtpKeys::kKeySize + salt), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1) {
    return std::nullopt;
  }
  auto* from = material.data();
  const auto take = [&from](SrtpKeys::Master& master, std::size_t at, std::size_t size) {
    std::copy_n(from, size, master.data() + at);
    from += size;
  };
  take(client, 0, SrtpKeys::kKeySize);
  take(server, 0, SrtpKeys::kKeySize);
  take(client, SrtpKeys::kKeySize, salt);
  take(server, SrtpKeys::kKeySize, salt);
  OPENSSL_cleanse(material.data(), material.size());
  return keys;
}

}  // namespace akbuzat::transport
