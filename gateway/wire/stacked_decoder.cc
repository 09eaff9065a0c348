#include "gateway/wire/stacked_decoder.h"

#include <algorithm>

namespace tollgate::wire {
namespace {

constexpr std::size_t kStepBytes = 16 * 1024;  // that one coding gives to the next at once

// By the magic numbers of RFC 1952 2.3.1 and RFC 8878 3.1.
bool may_begin(ContentCoding coding, char c) {
    const auto first = static_cast<unsigned char>(c);
    if (coding == ContentCoding::gzip) return first == 0x1f;
    if (coding == ContentCoding::zstd) return first == 0x28 || (first & 0xf0) == 0x50;
    return true;
}

}  // namespace

void ContentCodings::add(std::string_view field) {
    while (!field.empty()) {
        const std::size_t comma = std::min(field.find(','), field.size());
        const ContentCoding coding = content_coding(field.substr(0, comma));
        field.remove_prefix(std::min(comma + 1, field.size()));
        if (coding == ContentCoding::identity || coding == ContentCoding::unknown) continue;
        if (count_ == kMost) {
            too_many_ = true;
        } else {
            applied_[count_++] = coding;
        }
    }
}

StackedDecoder::StackedDecoder(std::span<const ContentCoding> applied) {
    for (auto coding = applied.rbegin(); coding != applied.rend(); ++coding) {
        Stage& stage = stages_.emplace_back();
        stage.coding = *coding;
        stage.decoder.emplace(*coding);
    }
}

void StackedDecoder::step(Stage& stage, std::string_view& input, std::size_t most, std::string& out) {
    if (!stage.begun && !input.empty()) {
        stage.begun = true;
        if (!may_begin(stage.coding, input.front())) stage.decoder.reset();
    }
    const std::size_t before = out.size();
    if (stage.decoder) {
        stage.decoder->decode(input, most, out);
    } else {
        out += input.substr(0, most);
        input.remove_prefix(std::min(most, input.size()));
    }
    bytes_given_ += out.size() - before;
}

// Appends as much as the input gives, up to `most` bytes.
void StackedDecoder::pull(std::size_t number, std::string_view& input, std::size_t most, std::string& out) {
    Stage& stage = stages_[number];
    if (number == 0) return step(stage, input, most, out);
    const std::size_t end = out.size() + most;
    const auto goes_on = [&stage] { return !stage.decoder || stage.decoder->state() == ContentDecoder::State::more; };
    while (out.size() < end && goes_on() && bytes_given_ < pause_at_) {
        if (stage.used == stage.given.size()) {
            stage.given.clear();
            stage.used = 0;
            pull(number - 1, input, kStepBytes, stage.given);
        }
        const std::size_t before = out.size();
        std::string_view left = std::string_view(stage.given).substr(stage.used);
        const bool nothing = left.empty();
        step(stage, left, end - out.size(), out);
        stage.used = stage.given.size() - left.size();
        if (nothing && out.size() == before) break;
    }
}

void StackedDecoder::decode(std::string_view& input, std::size_t most, std::string& out) {
    has_more_ = false;
    if (state_ != State::more) {
        input = {};
        return;
    }
    const std::size_t given = input.size(), before = out.size();
    pause_at_ = bytes_given_ + kMostAtOnce;
    pull(stages_.size() - 1, input, most, out);
    bytes_in_ += given - input.size();
    has_more_ = out.size() - before == most || bytes_given_ >= pause_at_;
    const auto is_invalid = [](const Stage& stage) {
        return stage.decoder && stage.decoder->state() == ContentDecoder::State::invalid;
    };
    const auto& last = stages_.back().decoder;
    if (last && last->state() == ContentDecoder::State::ended) state_ = State::ended;
    if (std::ranges::any_of(stages_, is_invalid)) state_ = State::invalid;
    if (bytes_given_ > kFreeBytes + bytes_in_ * kMostExpansion) state_ = State::bomb;
    if (state_ == State::more) return;
    input = {};
    has_more_ = false;
}

bool StackedDecoder::may_end() const {
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
        if (stage->decoder) return stage->decoder->may_end();
    }
    return true;
}

}  // namespace tollgate::wire
