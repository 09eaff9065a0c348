// One event of OpenAI's Realtime API, as far as the gateway meters by it. All else of it is between the client and the
// provider. https://platform.openai.com/docs/api-reference/realtime-client-events and -server-events
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/reported_usage.h"

namespace tollgate {

// What sound comes in: base64 of PCM at 24 kHz with 16 bits, or of G.711 with 8 kHz and 8 bits.
enum class SoundFormat : std::uint8_t { pcm16, g711 };

struct ClientEvent {
    enum class Kind : std::uint8_t {
        other,
        create,  // begins a response
        adds,    // to what the model will read or hear
    };
    Kind kind = Kind::other;
    std::string id = {};     // that the client gave it; bounded
    std::int64_t bytes = 0;  // that it adds, as JSON text
    std::int64_t sound = 0;  // characters of base64 among them
    // JSON, in the text: of the models that it names for the session or a response; empty: none. A provider may heed
    // any of them.
    std::array<std::string_view, 3> models = {};
};

struct ServerEvent {
    enum class Kind : std::uint8_t {
        other,
        configured,   // the session is begun, or changed
        begun,        // a response
        delta,        // of a response
        done,         // a response, with its usage
        transcribed,  // what the client said, with its usage
        error,
    };
    Kind kind = Kind::other;
    std::string id = {};     // of the response, the item or the client's event that is at fault
    std::int64_t text = 0;   // bytes of a delta
    std::int64_t sound = 0;  // characters of base64 of a delta
    SoundFormat in = SoundFormat::pcm16, out = SoundFormat::pcm16;  // of a session
    bool has_usage = false;
    ReportedUsage usage = {};
    std::string_view finish = {};  // of a response, in the words of chat completions; empty: it failed
};

// Longer ones are cut; but of a response, one that is longer is none: two could be cut to the same.
inline constexpr std::size_t kMostEventIdBytes = 96;

// Any text: what is no such event is another one. Where a member stands twice, the last one counts.
ClientEvent read_client_event(std::string_view text);
ServerEvent read_server_event(std::string_view text);

// Tokens of so much sound, as OpenAI counts them: what is heard has one for a tenth of a second, what is spoken one for
// a twentieth. Rounded up.
std::int64_t heard_tokens(std::int64_t base64_characters, SoundFormat format);
std::int64_t spoken_tokens(std::int64_t base64_characters, SoundFormat format);

}  // namespace tollgate
