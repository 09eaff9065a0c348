// The body that goes to an upstream of OpenAI's API from a client of the same: the client's bytes with minimal splices,
// never re-serialized. The body for a further upstream API is written by a file beside this one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {

// How a provider is told the most output tokens of a choice.
enum class OutputBoundParameter : std::uint8_t { max_tokens, max_completion_tokens, max_output_tokens };

// What a provider is told of the most output tokens of a choice.
struct OutputBound {
    std::int64_t tokens = 0;  // 0: nothing
    OutputBoundParameter parameter = OutputBoundParameter::max_tokens;
};

// What the gateway adds to the client's body.
struct Additions {
    OutputBound bound = {};               // where the request names none
    std::string_view members = {};        // as JSON, each after a comma; the body has none of their names
    std::string_view first_message = {};  // of a chat, as JSON: before the client's own
    std::string_view messages = {};       // in place of the client's, as JSON; empty: they stay
    // In place of the client's system prompt, where that is a member beside the messages. Empty: none is sent.
    std::optional<std::string_view> instructions = {};
};

// What is sent of stream_options.
enum class StreamOptions : std::uint8_t {
    untouched,      // what the client sent
    ask_for_usage,  // that, with include_usage set
    leave_out,      // nothing: the provider refuses them
};

// Whether a provider's error is about stream_options: it did not generate anything, and may without them.
bool refuses_stream_options(int status, std::string_view body);
// Whether the client asks for more with them than for usage, which is all that the gateway asks for.
bool has_own_stream_options(std::string_view text, const BodyFacts& facts);

class UpstreamBody {
  public:
    static constexpr std::size_t kMostPieces = 12;  // a longer body is joined

    // `text` is the client's body; `model` the provider's name for it. Views stay valid while `text`, what `added`
    // refers to and this object do.
    void build(std::string_view text, const BodyFacts& facts, std::string_view model, StreamOptions stream_options,
               const Additions& added = {});

    // A body that was written whole, in a translation: write it there, then call this.
    std::string& whole() {
        joined_.clear();
        return joined_;
    }
    void set_whole() {
        pieces_.assign(1, joined_);
        size_ = joined_.size();
    }

    // A body that passes as it is.
    void pass(std::string_view text) {
        pieces_.assign(text.empty() ? 0 : 1, text);
        size_ = text.size();
    }
    // A body that passes through: all of it, with `model` in place of the model's name.
    void build_passed(std::string_view text, const BodyFacts& facts, std::string_view model);

    const std::vector<std::string_view>& pieces() const { return pieces_; }
    std::size_t size() const { return size_; }
    void release_above(std::size_t bytes) {
        if (joined_.capacity() > bytes) std::string().swap(joined_);
    }

  private:
    void add(std::string_view piece);
    void add_messages(std::string_view messages, std::string_view first);
    void set_bound(const OutputBound& bound, const BodyFacts& facts);

    std::vector<std::string_view> pieces_;
    std::string model_;  // as a JSON string
    std::string stream_options_;
    std::string bound_;        // the member that is inserted, or the value that replaces a null
    TextSpan bound_in_place_;  // of that null
    std::string joined_;       // the whole body, when it would take too many pieces
    std::size_t size_ = 0;
};

}  // namespace tollgate
