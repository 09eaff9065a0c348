// Pictures and files that were fetched for a request: kept for its further attempts, and for no other request.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "gateway/chat/canonical/chat_request.h"
#include "gateway/memory_budget.h"
#include "gateway/outside/media_fetch.h"
#include "gateway/text/error.h"

namespace tollgate {

// Memory for them, counted with that for bodies. Used by one thread at a time.
class FetchMemory {
  public:
    FetchMemory(MemoryBudget& budget, const Id128& organization) : budget_(budget), organization_(organization) {}
    ~FetchMemory() { budget_.give_back(organization_, held_); }
    FetchMemory(const FetchMemory&) = delete;
    FetchMemory& operator=(const FetchMemory&) = delete;

    // For so many bytes as they come. False: there is no memory.
    bool hold(std::size_t bytes) { return budget_.grow_to(organization_, held_, kTimesHeld * bytes); }

  private:
    static constexpr std::size_t kTimesHeld = 4;  // as they come, as base64, and in the body that is sent

    MemoryBudget& budget_;
    const Id128 organization_;
    std::size_t held_ = 0;
};

class FetchedMedia {
  public:
    using ByAddress = std::map<std::string, FetchedMedium, std::less<>>;

    bool empty() const { return media_.empty(); }
    std::size_t bytes() const { return bytes_; }  // of base64
    bool has(std::string_view address) const { return media_.contains(address); }
    // Why the request's media cannot be had: told to each attempt that needs them, and tried once.
    const Error& failure() const { return failure_; }

    void add(ByAddress media, std::unique_ptr<FetchMemory> memory);
    void fail(const Error& error) { failure_ = error; }

    // In the place of their addresses. The chat views what is kept here.
    void put_into(ChatRequest& chat) const;

  private:
    ByAddress media_;
    std::size_t bytes_ = 0;
    std::unique_ptr<FetchMemory> memory_;
    Error failure_;
};

}  // namespace tollgate
