#include "gateway/routing/conversation.h"

#include <algorithm>
#include <array>

#include "gateway/routing/mix_bits.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

std::string_view bytes_of(const Id128& id) { return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}; }

// The role of a message, as it stands in the text.
std::string_view role_of(std::string_view message) {
    const auto role = find_member(message, 0, "role");
    return role ? role->value.of(message) : std::string_view();
}

bool instructs(std::string_view role) { return role == R"("system")" || role == R"("developer")"; }

// The elements of a list, as a walk that skips what is in them.
class Elements {
  public:
    explicit Elements(std::string_view list) : list_(list) {}
    // Empty at the end.
    std::string_view next() {
        constexpr std::string_view kBetween = " \t\r\n,";
        at_ = std::min(list_.find_first_not_of(kBetween, at_), list_.size());
        if (at_ >= list_.size() || list_[at_] != '{') return {};
        JsonMembers members(list_, at_);
        while (members.next()) {
        }
        if (!members.closed()) return {};
        const std::string_view element = list_.substr(at_, members.position() + 1 - at_);
        at_ += element.size();
        return element;
    }

  private:
    std::string_view list_;
    std::size_t at_ = 1;  // behind '['
};

std::uint64_t digest_of_first(std::uint64_t digest, std::string_view messages) {
    constexpr int kMostLookedAt = 8;
    Elements elements(messages);
    bool instructed = false;
    for (int i = 0; i < kMostLookedAt; ++i) {
        const std::string_view message = elements.next();
        if (message.empty()) break;
        const bool instructs_now = instructs(role_of(message));
        if (instructs_now && instructed) continue;
        digest = mix_text(digest, message);
        if (!instructs_now) return digest;
        instructed = true;
    }
    return instructed ? digest : 0;
}

}  // namespace

ConversationKey conversation_key(const ConversationFacts& facts, std::string_view model) {
    std::uint64_t digest = mix_text(mix_text(0, bytes_of(facts.organization)), model);
    ConversationKey key;
    if (!facts.session.empty()) {
        key = {mix_text(mix_text(digest, "session"), facts.session), true};
    } else if (!facts.cache_key.empty()) {
        key = {mix_text(mix_text(digest, "cache"), facts.cache_key), true};
    } else if (!facts.messages.empty()) {
        key = {digest_of_first(digest, facts.messages), false};
    }
    return key;
}

}  // namespace tollgate
