#include "gateway/wire/content_decoder.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <utility>

#include "gateway/wire/http_head.h"

namespace tollgate::wire {

// One step writes what fits into `room` bytes at `out`, takes what it used off `input`, and returns how many it wrote.
class ContentDecoder::Codec {
  public:
    Codec() = default;
    Codec(const Codec&) = delete;
    Codec& operator=(const Codec&) = delete;
    virtual ~Codec() = default;
    virtual std::size_t step(std::string_view& input, char* out, std::size_t room, State& state) = 0;
    virtual bool between_streams() const { return false; }  // one is complete, another may follow
};

namespace {

using State = ContentDecoder::State;

constexpr std::size_t kStepBytes = 16 * 1024;

class Inflate final : public ContentDecoder::Codec {
  public:
    // zlib's own flag: it looks at the header and takes gzip's as well as zlib's.
    static constexpr int kEitherHeader = 32;

    explicit Inflate(ContentCoding coding) : coding_(coding) { open(MAX_WBITS + kEitherHeader); }
    ~Inflate() override { inflateEnd(&stream_); }

    std::size_t step(std::string_view& input, char* out, std::size_t room, State& state) override {
        if (between_members_ && !begin_member(input, state)) return 0;
        if (coding_ == ContentCoding::deflate && !begun_ && !input.empty()) choose_header(input.front());
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));  // zlib does not write to it
        stream_.avail_in = static_cast<uInt>(std::min(input.size(), kMostInput));
        stream_.next_out = reinterpret_cast<Bytef*>(out);
        stream_.avail_out = static_cast<uInt>(room);
        const std::size_t given = stream_.avail_in;
        const int result = inflate(&stream_, Z_NO_FLUSH);
        input.remove_prefix(given - stream_.avail_in);
        if (result == Z_STREAM_END && coding_ == ContentCoding::gzip) between_members_ = true;
        if (result == Z_STREAM_END && coding_ != ContentCoding::gzip) state = State::ended;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) state = State::invalid;
        return room - stream_.avail_out;
    }
    bool between_streams() const override { return between_members_; }

  private:
    static constexpr std::size_t kMostInput = std::size_t{1} << 30;

    void open(int window_bits) {
        if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
        begun_ = false;
    }
    // "deflate" means zlib's format, but some send the bare one: RFC 9110 8.4.1.2. The first byte of zlib's names its
    // method, 8.
    void choose_header(char first) {
        begun_ = true;
        if ((static_cast<unsigned char>(first) & 0x0f) == 8) return;
        inflateEnd(&stream_);
        open(-MAX_WBITS);
        begun_ = true;
    }
    // Members of gzip may follow each other (RFC 1952 2.2), however they are cut into pieces. False: none has begun
    // yet, or something else follows.
    bool begin_member(std::string_view& input, State& state) {
        constexpr std::string_view kMagic = "\x1f\x8b";
        for (; magic_seen_ < kMagic.size() && !input.empty(); input.remove_prefix(1), ++magic_seen_) {
            if (input.front() == kMagic[magic_seen_]) continue;
            state = State::ended;
            return false;
        }
        if (magic_seen_ < kMagic.size()) return false;
        between_members_ = false;
        magic_seen_ = 0;
        inflateReset(&stream_);
        std::array<char, kMagic.size()> magic;
        std::ranges::copy(kMagic, magic.begin());
        stream_.next_in = reinterpret_cast<Bytef*>(magic.data());
        stream_.avail_in = magic.size();
        if (inflate(&stream_, Z_NO_FLUSH) != Z_OK) state = State::invalid;
        return state == State::more;
    }

    const ContentCoding coding_;
    z_stream stream_{};
    bool begun_ = false, between_members_ = false;
    std::size_t magic_seen_ = 0;  // of what follows a member
};

class Zstd final : public ContentDecoder::Codec {
  public:
    Zstd() : stream_(ZSTD_createDStream()) {
        if (stream_ == nullptr) throw std::bad_alloc();
        constexpr int kWindowLog = std::countr_zero(ContentDecoder::kMostWindowBytes);
        ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kWindowLog);
    }
    ~Zstd() override { ZSTD_freeDStream(stream_); }

    std::size_t step(std::string_view& input, char* out, std::size_t room, State& state) override {
        ZSTD_inBuffer from{input.data(), input.size(), 0};
        ZSTD_outBuffer to{out, room, 0};
        const std::size_t result = ZSTD_decompressStream(stream_, &to, &from);
        input.remove_prefix(from.pos);
        if (ZSTD_isError(result) != 0) {
            const bool no_frame = ZSTD_getErrorCode(result) == ZSTD_error_prefix_unknown;
            state = no_frame && frames_ > 0 ? State::ended : State::invalid;
        } else if (from.pos > 0 || to.pos > 0) {
            between_frames_ = result == 0;
            if (between_frames_) ++frames_;
        }
        return to.pos;
    }
    bool between_streams() const override { return between_frames_; }

  private:
    ZSTD_DStream* stream_;
    std::uint64_t frames_ = 0;  // that were complete; others may follow (RFC 8878 3.1)
    bool between_frames_ = false;
};

class Brotli final : public ContentDecoder::Codec {
  public:
    Brotli() : decoder_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (decoder_ == nullptr) throw std::bad_alloc();
    }
    ~Brotli() override { BrotliDecoderDestroyInstance(decoder_); }

    std::size_t step(std::string_view& input, char* out, std::size_t room, State& state) override {
        std::size_t available = input.size(), left = room;
        const auto* from = reinterpret_cast<const std::uint8_t*>(input.data());
        auto* to = reinterpret_cast<std::uint8_t*>(out);
        const auto result = BrotliDecoderDecompressStream(decoder_, &available, &from, &left, &to, nullptr);
        input.remove_prefix(input.size() - available);
        if (result == BROTLI_DECODER_RESULT_SUCCESS) state = State::ended;
        if (result == BROTLI_DECODER_RESULT_ERROR) state = State::invalid;
        return room - left;
    }

  private:
    BrotliDecoderState* decoder_;
};

std::unique_ptr<ContentDecoder::Codec> make_codec(ContentCoding coding) {
    switch (coding) {
        case ContentCoding::zstd:
            return std::make_unique<Zstd>();
        case ContentCoding::br:
            return std::make_unique<Brotli>();
        default:
            return std::make_unique<Inflate>(coding);
    }
}

}  // namespace

ContentCoding content_coding(std::string_view field) {
    constexpr std::string_view kSpaces = " \t";
    const auto begin = field.find_first_not_of(kSpaces);
    if (begin == std::string_view::npos) return ContentCoding::identity;
    field = field.substr(begin, field.find_last_not_of(kSpaces) - begin + 1);
    static constexpr std::array<std::pair<std::string_view, ContentCoding>, 6> kNames = {{
        {"gzip", ContentCoding::gzip},
        {"x-gzip", ContentCoding::gzip},  // RFC 9110 8.4.1.3: the same
        {"deflate", ContentCoding::deflate},
        {"zstd", ContentCoding::zstd},
        {"br", ContentCoding::br},
        {"identity", ContentCoding::identity},
    }};
    for (const auto& [name, coding] : kNames) {
        if (equals_ignoring_case(field, name)) return coding;
    }
    return ContentCoding::unknown;
}

ContentDecoder::ContentDecoder(ContentCoding coding) : codec_(make_codec(coding)) {}
ContentDecoder::~ContentDecoder() = default;
ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;

bool ContentDecoder::may_end() const {
    return state_ == State::ended || (state_ == State::more && codec_->between_streams());
}

void ContentDecoder::decode(std::string_view& input, std::size_t most, std::string& out) {
    std::array<char, kStepBytes> room;
    while (state_ == State::more && most > 0) {
        const std::size_t before = input.size();
        const std::size_t wanted = std::min(most, room.size());
        const std::size_t written = codec_->step(input, room.data(), wanted, state_);
        out.append(room.data(), written);
        most -= written;
        const bool waits_for_input = written < wanted && (input.empty() || input.size() == before);
        if (waits_for_input) break;
    }
    if (state_ != State::more) input = {};
}

}  // namespace tollgate::wire
