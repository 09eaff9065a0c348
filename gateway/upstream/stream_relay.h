// What becomes of a streamed answer: what goes to the client, when its credit is over, how it ended and what is
// settled. Decisions only: relay_stream reads and writes, and the simulation runs the same class.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/catalogue/price_list.h"
#include "gateway/chat/answer_stream.h"
#include "gateway/exchange/held_request.h"
#include "gateway/routing/credential.h"
#include "gateway/text/error.h"
#include "gateway/upstream/endings.h"

namespace tollgate {

class StreamRelay {
  public:
    struct Rules {
        UsageTerms terms;
        const Endpoint* endpoint = nullptr;      // whose prices hold
        const CreditConfig* credit = nullptr;    // whether a hold may be exceeded
        std::int64_t choices = 1;                // that the request asked for
        const Credential* credential = nullptr;  // whose secrets no error may tell; null: there are none
        // An open slot alone makes sure that a complete reply is charged for, should the process die. Then the client
        // of a cut answer gets its whole reply before the settlement.
        bool may_reply_before_settlement = false;
    };
    // What is to be done next.
    enum class Action : std::uint8_t {
        read,        // there is nothing to send
        forward,     // send what was appended, then read
        cut_credit,  // the hold covers no more: see cut()
        reply,       // what was appended ends the client's reply: send it, part with the client, then read
        end,         // read no more; what was appended waits for the settlement
    };
    enum class Outcome : std::uint8_t {
        complete,
        credit_cut,  // the client got less than the answer, for lack of credit
        broken,      // see error()
    };

    // All of it must outlive the relay.
    StreamRelay(AnswerStream& meter, HeldRequest& held, const Rules& rules)
        : meter_(meter), held_(held), rules_(rules) {}

    // A part of the body came, or its end. Appends what may go to the client, which may be `gone`: then the answer is
    // read for what it costs.
    Action take(std::string_view payload, bool end, bool gone, std::string& out);
    // After cut_credit: whether the answer can be read on, as it should be where its provider bills on when it is
    // closed. Appends what the client is told before the settlement.
    Action cut(bool reads_on, std::string& out);
    // Reading failed. Nothing more will come.
    void fail(Error error) { read_error_ = std::move(error); }

    // --- While it runs
    std::int64_t output_tokens() const { return output_tokens_; }
    // Something was generated: until then another endpoint can answer in this one's place.
    bool has_content() const { return meter_.facts().text.bytes > 0 || meter_.facts().text.other_output; }
    bool usage_may_follow() const { return meter_.facts().done; }  // [DONE] came, without usage before it
    bool reads_on() const { return state_ == State::reads_on; }
    bool asked_hold() const { return asked_hold_; }  // the last part had to be covered

    // --- When nothing more is read
    Outcome finish();
    // The upstream's answer came to its end, so that its connection can be used again.
    bool whole() const;
    // Why it is broken. Another endpoint can help only while nothing was generated.
    Error error(const std::string& provider) const;
    // What is to be settled. Holds views of the meter's facts.
    const Ending& ending() const { return ending_; }
    // After the settlement: appends what the client of an unbroken stream has not been told yet.
    void append_rest(NanoUsd cost, std::string& out);

  private:
    enum class State : std::uint8_t {
        forwarding,
        uncovered,  // the hold covers no more
        cut,        // nothing more is read
        reads_on,   // cut, and read on
    };

    bool is_cut() const { return state_ == State::cut || state_ == State::reads_on; }
    bool has_to_be_covered(std::int64_t output_tokens);
    bool over() const;
    bool complete() const;
    Ending cut_ending() const;
    Ending read_on_ending() const;
    void append_told(NanoUsd cost, std::string& out) const;

    AnswerStream& meter_;
    HeldRequest& held_;
    const Rules rules_;
    State state_ = State::forwarding;
    std::int64_t output_tokens_ = 0;
    bool finished_ = false;  // every choice gave a finish reason
    bool asked_hold_ = false;
    bool body_ended_ = false;
    bool replied_ = false;  // the client has all of its reply
    Error read_error_;
    ErrorKind cut_by_ = ErrorKind::none;
    TokenUsage told_usage_;  // what the client of a cut answer is told
    NanoUsd told_cost_;
    Outcome outcome_ = Outcome::broken;
    Ending ending_;
};

}  // namespace tollgate
