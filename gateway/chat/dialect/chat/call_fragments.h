// Puts the fragments of a choice's tool calls to their calls. A call's fragments should share an index, and only its
// first should have an id and a name; but some providers number all calls 0 or none at all, some give no ids or another
// one with each fragment, and some repeat everything each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "gateway/chat/canonical/arguments_end.h"
#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// {"index":0,"id":…,"function":{"name":…,"arguments":…}}; the function may also stand in the call itself.
struct CallFragment {
    std::int64_t index = -1;  // -1: it has none
    Spelt id{}, name{};
    Json arguments{};  // a string, or (with Ollama and some proxies) the object that it would spell

    bool says_nothing() const;
};

CallFragment read_call_fragment(Json entry);

// Of a call to which the provider gives no id: one that no other has, in this answer or in another. `answer`: the
// answer's own.
Spelt made_call_id(Spelt answer, std::size_t call);

class CallFragments {
  public:
    struct Call {
        std::int64_t index = -1;  // as the provider numbers it
        std::string id{}, name{};
        bool whole_object = false;  // its arguments came as one
        bool unnamed = false;       // it has had fragments without its name
        ArgumentsEnd arguments{};

        // What comes behind a whole object belongs to another call.
        bool complete() const { return whole_object || arguments.reached(); }
    };

    // The place of the call that the fragment is of, which is size() if it begins one; what it says is kept. `whole`:
    // each is a call of its own.
    std::size_t add(const CallFragment& fragment, bool whole = false);
    // More arguments of a call, of a fragment that says nothing else. False: they are not its own.
    bool goes_on(std::size_t place, Spelt arguments);

    std::size_t size() const { return calls_.size(); }
    const Call& at(std::size_t place) const { return calls_[place]; }

  private:
    static constexpr std::size_t kMost = 1024;  // calls of a choice

    static bool is_of(const Call& call, const CallFragment& fragment);
    // size(): none.
    std::size_t find(const CallFragment& fragment) const;
    std::size_t find_begun(const CallFragment& fragment) const;  // of one without a name
    std::size_t last_of(std::int64_t index) const;

    std::deque<Call> calls_;  // where they are they stay: their names may be viewed
};

}  // namespace tollgate
