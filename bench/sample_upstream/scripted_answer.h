// Sends the answer to one request of a model as its script says: when, in which pieces, with which fault, and what is
// billed for it.
#pragma once

#include "bench/sample_upstream/answer.h"
#include "bench/sample_upstream/response.h"
#include "bench/sample_upstream/server.h"

namespace sample {

class ScriptedAnswer {
  public:
    ScriptedAnswer(Worker& worker, Response& response)
        : worker_(worker), response_(response), channel_(response.channel) {}

    // `request` must outlive the call.
    wire::Awaitable<Outcome> send(Endpoint endpoint, const ModelRequest& request, const Script& script);

  private:
    wire::Awaitable<Outcome> send_as_scripted(Endpoint endpoint, const ModelRequest& request);
    wire::Awaitable<Outcome> answer_error();
    wire::Awaitable<bool> think();
    void bill(std::uint32_t generated, bool complete);
    wire::Awaitable<Outcome> answer_plain(Endpoint endpoint, const ModelRequest& request);
    void append_head(std::string_view right_type);
    void append_plain_head();
    wire::Awaitable<Outcome> send_plain_body();
    wire::Awaitable<Outcome> stall();
    wire::Awaitable<Outcome> fault_now(std::uint32_t at);
    wire::Awaitable<Outcome> answer_stream();
    Outcome bill_left(std::uint32_t generated);
    wire::Awaitable<Outcome> stream_events();
    wire::Awaitable<Outcome> stream_fault(std::uint32_t fault);
    wire::Awaitable<bool> flush(bool last, bool force = false);
    wire::Awaitable<bool> flush_split(bool last);
    void append_chunk(std::string_view bytes);

    Worker& worker_;
    Response& response_;
    Channel& channel_;
    Script script_;
    Answer answer_;
    bool streams_ = false;
    std::uint32_t generated_ = 0;
    std::uint32_t thought_ = 0;  // reasoning tokens made so far; of a plain answer, all that was made before its head
};

}  // namespace sample
