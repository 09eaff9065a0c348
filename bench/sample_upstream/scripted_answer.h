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
    net::Awaitable<Outcome> send(Endpoint endpoint, const ModelRequest& request, const Script& script);

  private:
    net::Awaitable<Outcome> send_as_scripted(Endpoint endpoint, const ModelRequest& request);
    net::Awaitable<Outcome> answer_error();
    void bill(std::uint32_t generated, bool complete);
    net::Awaitable<Outcome> answer_plain(Endpoint endpoint, const ModelRequest& request);
    void append_plain_head();
    net::Awaitable<Outcome> send_plain_body();
    net::Awaitable<Outcome> stall();
    net::Awaitable<Outcome> fault_now(std::uint32_t at);
    net::Awaitable<Outcome> answer_stream();
    Outcome bill_left(std::uint32_t generated);
    net::Awaitable<Outcome> stream_events();
    net::Awaitable<Outcome> stream_fault(std::uint32_t fault);
    net::Awaitable<bool> flush(bool last, bool force = false);
    net::Awaitable<bool> flush_split(bool last);
    void append_chunk(std::string_view bytes);

    Worker& worker_;
    Response& response_;
    Channel& channel_;
    Script script_;
    Answer answer_;
    bool streams_ = false;
    std::uint32_t generated_ = 0;
};

}  // namespace sample
