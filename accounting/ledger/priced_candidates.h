// The endpoints that one hold may pay for, in the order in which they are tried, each with all that is needed to price
// its answer: recovery has no price list.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>

#include "accounting/money/money.h"

namespace tollgate {

inline constexpr std::size_t kMostCandidates = 8;
inline constexpr std::size_t kModelNameBytes = 128;  // longer names are truncated when encoded, on a UTF-8 boundary
inline constexpr std::size_t kProviderNameBytes = 48;

// Texts are views: of the caller when encoding, of the encoded bytes when decoded.
struct PricedCandidate {
    std::string_view model = {};  // catalogue id that is charged for
    std::string_view provider = {};
    PricePair prices = {};            // in force for this request
    std::int64_t counted_prompt = 0;  // tokens: what an answer without the provider's usage is charged for the prompt
    bool abort_stops_billing = true;  // the provider stops charging when its connection is closed
    bool own_key = false;             // tried with the organization's own key at the provider
};

// Room for the encoded candidates in a slot. Two designs were weighed. A slot of a whole page (4096 bytes) has room for
// kMostCandidates whatever their names, and takes 2 KiB more of memory for each open stream. A slot of half a page has
// room for kMostCandidates with names and prices as they occur, and for kLeastCandidates at the very longest. The
// second was taken: a plan that is longer loses its last alternatives, never its first ones. What a record has beyond
// the usual takes of this room, too: a Git repository and tags leave one candidate less each at the very longest.
inline constexpr std::size_t kCandidateRoomBytes = 888;
inline constexpr std::size_t kLeastCandidates = 3;

// An upper bound of what encode() writes for a candidate.
std::size_t encoded_bytes(const PricedCandidate& candidate);

// A list of fixed capacity. Nothing is initialized that is not added: it is made for every request.
class PricedCandidates {
  public:
    PricedCandidates() {}  // NOLINT(modernize-use-equals-default,cppcoreguidelines-pro-type-member-init): leaves room_
    // `taken`: bytes of the room that something else of the record has.
    explicit PricedCandidates(std::size_t taken)  // NOLINT(*-member-init): leaves room_
        : bytes_(static_cast<std::uint32_t>(taken)) {}
    PricedCandidates(const PricedCandidates& other) { *this = other; }  // NOLINT(*-member-init)
    PricedCandidates& operator=(const PricedCandidates& other) {
        if (this == &other) return *this;
        size_ = other.size_;
        bytes_ = other.bytes_;
        std::uninitialized_copy_n(other.begin(), size_, at(0));
        return *this;
    }

    // False, and nothing is added, if the slot has no room for it.
    bool add(const PricedCandidate& candidate);
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const PricedCandidate& operator[](std::size_t i) const { return *(begin() + i); }
    const PricedCandidate* begin() const { return std::launder(reinterpret_cast<const PricedCandidate*>(room_)); }
    const PricedCandidate* end() const { return begin() + size_; }

  private:
    static_assert(std::is_trivially_copyable_v<PricedCandidate> && std::is_trivially_destructible_v<PricedCandidate>);
    PricedCandidate* at(std::size_t i) { return reinterpret_cast<PricedCandidate*>(room_) + i; }

    std::uint32_t size_ = 0;
    std::uint32_t bytes_ = 0;  // an upper bound of the size encoded, with what is taken
    alignas(PricedCandidate) std::byte room_[kMostCandidates * sizeof(PricedCandidate)];
};

}  // namespace tollgate
