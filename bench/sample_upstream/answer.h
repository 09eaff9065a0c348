// Builds the bytes of one answer: the plain JSON body, or the events of a stream one by one. Owns no socket and no
// time.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sample_upstream/model_request.h"
#include "bench/sample_upstream/script.h"

namespace sample {

class Answer {
  public:
    // `request` and `script` must outlive the answer's use.
    void begin(Endpoint endpoint, const ModelRequest& request, const Script& script, std::string_view id,
               std::time_t now);

    // Deltas that carry content: the tokens of the text, or the fragments of a tool call's arguments.
    std::uint32_t pieces() const { return pieces_; }
    std::uint32_t prompt_tokens() const;
    std::uint32_t completion_tokens() const;
    std::uint32_t reasoning_tokens() const;  // as far as the request's bound allows: they come before the pieces

    void append_body(std::string& out) const;

    void append_start(std::string& out);  // the delta with the role; nothing for completions
    void append_piece(std::string& out, std::uint32_t index);
    void append_end(std::string& out);  // finish, usage and [DONE], each as scripted
    void append_error_event(std::string& out);
    void append_garbage_event(std::string& out);

  private:
    // The same in Anthropic's API.
    void append_message_usage(std::string& out) const;
    void append_message(std::string& out) const;
    void append_message_start(std::string& out);
    void append_message_piece(std::string& out, std::uint32_t index);
    void append_message_end(std::string& out);
    void open_named_event(std::string& out, std::string_view name);
    void append_text_piece(std::string& out, std::uint32_t index) const;
    UsageFigures figures(std::uint32_t completion_tokens) const;
    void append_usage(std::string& out, std::uint32_t completion_tokens) const;
    void append_choice_end(std::string& out, bool finish) const;
    void append_picture(std::string& out) const;
    void append_chunk_tail(std::string& out, bool finish);
    void append_usage_chunk(std::string& out);
    void open_event(std::string& out);
    void open_chunk(std::string& out);
    void close_event(std::string& out);
    bool is_tool_call() const { return tool_call_; }
    bool has_usage_chunk() const;

    Endpoint endpoint_ = Endpoint::chat;
    const ModelRequest* request_ = nullptr;
    const Script* script_ = nullptr;
    std::string id_;
    std::string prefix_;  // of every chunk, up to its choices
    std::vector<std::string_view> words_;
    std::time_t now_ = 0;
    std::uint32_t pieces_ = 0;
    std::uint32_t sent_pieces_ = 0;
    std::uint32_t events_ = 0;
    bool tool_call_ = false;
    std::string_view finish_reason_;
};

// A list of embeddings: deterministic unit vectors, from a hash of each input.
void append_embeddings(std::string& out, const ModelRequest& request, std::uint32_t prompt_tokens);

}  // namespace sample
