#include "gateway/chat/realtime_event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

using Client = ClientEvent::Kind;
using Server = ServerEvent::Kind;

template <class Kind>
struct Named {
    std::string_view type;
    Kind kind;
};

constexpr std::array kClientEvents = {
    Named{std::string_view("response.create"), Client::create},
    Named{std::string_view("input_audio_buffer.append"), Client::adds},
    Named{std::string_view("conversation.item.create"), Client::adds},
    Named{std::string_view("session.update"), Client::adds},
};

// In the beta's names and in those since.
constexpr std::array kServerEvents = {
    Named{std::string_view("session.created"), Server::configured},
    Named{std::string_view("session.updated"), Server::configured},
    Named{std::string_view("response.created"), Server::begun},
    Named{std::string_view("response.done"), Server::done},
    Named{std::string_view("response.text.delta"), Server::delta},
    Named{std::string_view("response.output_text.delta"), Server::delta},
    Named{std::string_view("response.audio.delta"), Server::delta},
    Named{std::string_view("response.output_audio.delta"), Server::delta},
    Named{std::string_view("response.audio_transcript.delta"), Server::delta},
    Named{std::string_view("response.output_audio_transcript.delta"), Server::delta},
    Named{std::string_view("response.function_call_arguments.delta"), Server::delta},
    Named{std::string_view("conversation.item.input_audio_transcription.completed"), Server::transcribed},
    Named{std::string_view("error"), Server::error},
};

template <class Kind, std::size_t kCount>
Kind kind_of(const std::array<Named<Kind>, kCount>& events, Json type) {
    const Spelt name = spelt(type);
    const auto* const found = std::ranges::find_if(events, [name](const auto& one) { return spells(name, one.type); });
    return found == events.end() ? Kind::other : found->kind;
}

std::string bounded(Json id) { return std::string(spelt(id).substr(0, kMostEventIdBytes)); }

std::string id_of_response(Json id) {
    return spelt(id).size() <= kMostEventIdBytes ? std::string(spelt(id)) : std::string();
}

bool is_sound_delta(Json type) { return spelt(type).ends_with("audio.delta"); }

// "g711_ulaw" and its like in the beta, {"type": "audio/pcmu"} since; `side` is "input" or "output".
SoundFormat format_of(Json session, std::string_view side) {
    const std::string old_name = std::string(side) + "_audio_format";
    Json format = member(session, old_name);
    if (format.empty()) format = member(member(member(session, "audio"), side), "format");
    const Spelt name = spelt(is_object(format) ? member(format, "type") : format);
    const bool narrow = name.starts_with("g711") || name == "audio/pcmu" || name == "audio/pcma";
    return narrow ? SoundFormat::g711 : SoundFormat::pcm16;
}

// In the words of chat completions; a failure has none.
std::string_view finish_of(Json response) {
    const Spelt status = spelt(member(response, "status"));
    if (status == "completed") return "stop";
    if (status == "cancelled") return "cancelled";
    if (status != "incomplete") return {};
    return spelt(member(member(response, "status_details"), "reason")) == "content_filter" ? "content_filter"
                                                                                           : "length";
}

void read_usage_into(Json usage, ServerEvent& event) { event.has_usage = read_usage(usage, event.usage); }

// Where another model listens, it may bill by time: {"type": "duration", "seconds": 2.5}.
void read_transcription(Json usage, ServerEvent& event) {
    constexpr double kTokensPerSecond = 10, kMostSeconds = 1e6;
    const Json seconds = member(usage, "seconds");
    if (seconds.empty()) return read_usage_into(usage, event);
    double length = 0;
    const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), length);
    if (error != std::errc() || !(length >= 0 && length < kMostSeconds)) return;
    event.usage.prompt = static_cast<std::int64_t>(std::ceil(length * kTokensPerSecond));
    event.usage.completion = 0;
    event.has_usage = true;
}

std::int64_t bytes_of(std::int64_t base64_characters) { return base64_characters / 4 * 3; }

std::int64_t divided_up(std::int64_t bytes, std::int64_t bytes_a_token) {
    return (bytes + bytes_a_token - 1) / bytes_a_token;
}

// Bytes of a tenth of a second.
constexpr std::int64_t tenth(SoundFormat format) { return format == SoundFormat::pcm16 ? 4800 : 800; }

}  // namespace

ClientEvent read_client_event(std::string_view text) {
    const auto [type, id, audio, session, response, model] =
        members_of(text.substr(std::min(text.find('{'), text.size())),
                   std::to_array<std::string_view>({"type", "event_id", "audio", "session", "response", "model"}));
    ClientEvent event{.kind = kind_of(kClientEvents, type), .id = bounded(id)};
    if (event.kind == Client::other) return event;
    event.sound = static_cast<std::int64_t>(spelt(audio).size());
    event.bytes = static_cast<std::int64_t>(text.size());
    event.models = {member(session, "model"), member(response, "model"), model};
    for (std::string_view& named : event.models) {
        if (!says_something(named)) named = {};
    }
    return event;
}

ServerEvent read_server_event(std::string_view text) {
    const auto [type, id, response, delta, usage, session, error, item] =
        members_of(text.substr(std::min(text.find('{'), text.size())),
                   std::to_array<std::string_view>(
                       {"type", "response_id", "response", "delta", "usage", "session", "error", "item_id"}));
    ServerEvent event{.kind = kind_of(kServerEvents, type), .id = id_of_response(id)};
    switch (event.kind) {
        case Server::begun:
            event.id = id_of_response(member(response, "id"));
            break;
        case Server::done:
            event.id = id_of_response(member(response, "id"));
            event.finish = finish_of(response);
            read_usage_into(member(response, "usage"), event);
            break;
        case Server::delta:
            (is_sound_delta(type) ? event.sound : event.text) = static_cast<std::int64_t>(spelt(delta).size());
            break;
        case Server::transcribed:
            event.id = bounded(item);
            event.finish = "stop";
            read_transcription(usage, event);
            break;
        case Server::configured:
            event.in = format_of(session, "input");
            event.out = format_of(session, "output");
            break;
        case Server::error:
            event.id = bounded(member(error, "event_id"));
            break;
        case Server::other:
            break;
    }
    return event;
}

std::int64_t heard_tokens(std::int64_t base64_characters, SoundFormat format) {
    return divided_up(bytes_of(base64_characters), tenth(format));
}

std::int64_t spoken_tokens(std::int64_t base64_characters, SoundFormat format) {
    return divided_up(bytes_of(base64_characters), tenth(format) / 2);
}

}  // namespace tollgate
