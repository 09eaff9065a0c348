#include "accounting/accounts/checked_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace tollgate {
namespace {

// The length of the UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629: shortest form, no surrogates).
std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool out_of_range = (lead == 0xED && byte(1) >= 0xA0) || (lead == 0xF4 && byte(1) >= 0x90);
    return overlong || out_of_range ? 0 : length;
}

// C0, DEL and C1 (U+0080 to U+009F).
bool is_control(std::string_view sequence) {
    const auto lead = static_cast<std::uint8_t>(sequence[0]);
    return lead < 0x20 || lead == 0x7F || (lead == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0);
}

char32_t code_point(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<std::uint8_t>(sequence[i])); };
    if (sequence.size() == 1) return byte(0);
    char32_t value = byte(0) & (0x7FU >> sequence.size());
    for (std::size_t i = 1; i < sequence.size(); ++i) value = value << 6 | (byte(i) & 0x3F);
    return value;
}

struct CodePoints {
    char32_t first, last;
};

template <std::size_t N>
bool is_among(const std::array<CodePoints, N>& ranges, char32_t point) {
    return std::ranges::any_of(ranges, [point](const CodePoints& r) { return point >= r.first && point <= r.last; });
}

// White space and what is shown as nothing else: Unicode's property White_Space, and the blank Braille pattern.
constexpr std::array<CodePoints, 9> kBlank = {{{0x20, 0x20},
                                               {0xA0, 0xA0},
                                               {0x1680, 0x1680},
                                               {0x2000, 0x200A},
                                               {0x202F, 0x202F},
                                               {0x205F, 0x205F},
                                               {0x2800, 0x2800},
                                               {0x3000, 0x3000},
                                               {0x2028, 0x2029}}};

// Allowed, but nothing to see alone: joiners and variation selectors.
constexpr std::array<CodePoints, 3> kUnseenAlone = {{{0x200C, 0x200D}, {0xFE00, 0xFE0F}, {0xE0100, 0xE01EF}}};

// Unicode's Default_Ignorable_Code_Point but for those above, line and paragraph separators, and interlinear marks.
constexpr std::array<CodePoints, 16> kInvisible = {{{0xAD, 0xAD},
                                                    {0x034F, 0x034F},
                                                    {0x061C, 0x061C},
                                                    {0x115F, 0x1160},
                                                    {0x17B4, 0x17B5},
                                                    {0x180B, 0x180F},
                                                    {0x200B, 0x200B},
                                                    {0x200E, 0x200F},
                                                    {0x2028, 0x202E},
                                                    {0x2060, 0x206F},
                                                    {0x3164, 0x3164},
                                                    {0xFEFF, 0xFEFF},
                                                    {0xFFA0, 0xFFA0},
                                                    {0xFFF0, 0xFFFB},
                                                    {0x1D173, 0x1D17A},
                                                    {0xE0000, 0xE00FF}}};

}  // namespace

Status check_text(std::string_view field, std::string_view text, std::size_t max_bytes) {
    const auto refuse = [&](const std::string& problem) {
        return Status(StatusCode::invalid, std::string(field) + ": " + problem);
    };
    if (text.size() > max_bytes) return refuse("must have at most " + std::to_string(max_bytes) + " bytes");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_sequence(text.substr(at));
        if (length == 0) return refuse("byte " + std::to_string(at) + " isn't valid UTF-8");
        if (is_control(text.substr(at, length)))
            return refuse("byte " + std::to_string(at) + " is a control character");
        at += length;
    }
    return {};
}

Status check_name(std::string_view field, std::string_view name) {
    const auto refuse = [&](const std::string& problem) {
        return Status(StatusCode::invalid, std::string(field) + ": " + problem);
    };
    if (name.empty()) return refuse("must not be empty");
    if (Status status = check_text(field, name, kMaxNameBytes); !status.ok()) return status;
    bool blank = true;
    for (std::size_t at = 0, length = 0; at < name.size(); at += length) {
        length = utf8_sequence(name.substr(at));
        const char32_t point = code_point(name.substr(at, length));
        if (is_among(kInvisible, point)) return refuse("byte " + std::to_string(at) + " is an invisible character");
        blank = blank && (is_among(kBlank, point) || is_among(kUnseenAlone, point));
    }
    return blank ? refuse("must not be blank") : Status();
}

Result<std::string> normal_email(std::string_view field, std::string_view text) {
    const auto refuse = [&](const std::string& problem) {
        return failure(StatusCode::invalid, std::string(field) + ": " + problem);
    };
    const auto begin = std::min(text.find_first_not_of(' '), text.size());
    text = text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
    if (Status status = check_text(field, text, kMaxEmailBytes); !status.ok())
        return std::unexpected(std::move(status));
    const auto at = text.find('@');
    const bool shaped = at != 0 && at < text.size() - 1 && text.find('@', at + 1) == std::string_view::npos;
    if (text.empty() || !shaped || text.find_first_of(" \"\\(),:;<>[]") != std::string_view::npos) {
        return refuse("must be an e-mail address");
    }
    for (std::size_t i = 0, length = 0; i < text.size(); i += length) {
        length = utf8_sequence(text.substr(i));
        const char32_t point = code_point(text.substr(i, length));
        if (is_among(kInvisible, point) || is_among(kBlank, point) || is_among(kUnseenAlone, point)) {
            return refuse("byte " + std::to_string(i) + " is an invisible character");
        }
    }
    std::string email(text);
    for (char& c : email) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return email;
}

}  // namespace tollgate
