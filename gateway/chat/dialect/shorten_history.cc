#include "gateway/chat/dialect/shorten_history.h"

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

#include "gateway/chat/dialect/history_units.h"
#include "gateway/chat/dialect/prompt_measure.h"
#include "gateway/chat/dialect/truncate_middle.h"

namespace tollgate {
namespace {

constexpr std::size_t kLeastKeptBytes = 256;  // of a text that loses its middle

struct Amount {
    std::int64_t tokens = 0;
    std::int64_t messages = 0;

    bool within(const Amount& other) const { return tokens <= other.tokens && messages <= other.messages; }
    void subtract(const Amount& other) {
        tokens -= other.tokens;
        messages -= other.messages;
    }
};

// Rounded down: so many are surely gone with it.
std::int64_t tokens_of(const PromptSize& size, const HistoryExcess& excess) {
    return size.text_bytes * excess.text_tokens / excess.text_bytes + size.extra_tokens;
}

// How long texts may stay so that together they have so many tokens less; 0: they have not.
std::size_t most_bytes_without(const std::vector<Spelt>& texts, std::int64_t tokens, const HistoryExcess& excess) {
    std::vector<std::int64_t> sizes;
    sizes.reserve(texts.size());
    for (const Spelt text : texts) sizes.push_back(static_cast<std::int64_t>(bytes_spelt(text)));
    std::ranges::sort(sizes, std::greater<>());
    const std::int64_t bytes = (tokens * excess.text_bytes + excess.text_tokens - 1) / excess.text_tokens;
    std::int64_t sum = 0;
    for (std::size_t longest = 1; longest <= sizes.size(); ++longest) {
        sum += sizes[longest - 1];
        const auto count = static_cast<std::int64_t>(longest);
        const std::int64_t each = (sum - bytes) / count - (sum < bytes ? 1 : 0);
        const std::int64_t next = longest < sizes.size() ? sizes[longest] : 0;
        if (each >= next) return each < 0 ? 0 : static_cast<std::size_t>(each);
    }
    return 0;
}

class Shortening {
  public:
    Shortening(Json list, const HistoryExcess& excess) : excess_(excess), history_(split_history(list)) {
        const std::vector<PromptSize> sizes = message_sizes(list);
        kept_.resize(history_.units.size(), true);
        amounts_.resize(history_.units.size());
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            const HistoryUnit& unit = history_.units[i];
            amounts_[i].messages = static_cast<std::int64_t>(unit.end - unit.begin);
            for (std::size_t item = unit.begin; item < unit.end && item < sizes.size(); ++item) {
                amounts_[i].tokens += tokens_of(sizes[item], excess);
            }
        }
    }

    std::optional<ShortenedHistory> make() {
        leave_out_the_middle();
        mend_seams();
        ShortenedHistory shortened;
        const std::int64_t missing = excess_.tokens - left_out_tokens();
        if (missing > 0 && !truncate(missing)) return std::nullopt;
        write(shortened);
        return shortened;
    }

  private:
    // What units that need not stay may take. The rest of the prompt is out of reach here.
    Amount room() const {
        Amount room{-excess_.tokens, static_cast<std::int64_t>(excess_.most_messages)};
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            if (!history_.units[i].pinned) room.tokens += amounts_[i].tokens;
            if (history_.units[i].pinned) room.messages -= amounts_[i].messages;
        }
        if (excess_.most_messages == 0) room.messages = static_cast<std::int64_t>(history_.items.size());
        return room;
    }

    // From both ends alternately, as many as there is room for; the end first, since it is what is talked about.
    void leave_out_the_middle() {
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            if (!history_.units[i].pinned) free.push_back(i);
        }
        Amount left = room();
        std::size_t begin = 0, end = free.size();
        for (bool head = true, tail = true; begin < end && (head || tail);) {
            tail = tail && amounts_[free[end - 1]].within(left);
            if (tail) left.subtract(amounts_[free[--end]]);
            head = head && begin < end && amounts_[free[begin]].within(left);
            if (head) left.subtract(amounts_[free[begin++]]);
        }
        for (std::size_t i = begin; i < end; ++i) kept_[free[i]] = false;
    }

    // Whether two turns of the same side would follow one another. Results of calls may stand before a question.
    bool clash(std::size_t before, std::size_t after) const {
        const HistoryUnit &left = history_.units[before], &right = history_.units[after];
        return left.last_role == right.first_role && left.first_role == left.last_role;
    }

    // Where something went, turns must still alternate, and the user begins: many APIs refuse anything else.
    void mend_seams() {
        std::vector<std::size_t> before;  // kept units that are no instructions
        bool gap = false;
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            const HistoryUnit& unit = history_.units[i];
            gap = gap || !kept_[i];
            if (!kept_[i] || unit.first_role == HistoryRole::system) continue;
            while (gap && !before.empty() && clash(before.back(), i) && !history_.units[before.back()].pinned) {
                kept_[before.back()] = false;
                before.pop_back();
            }
            if (gap && unit.first_role == HistoryRole::assistant && !unit.pinned) {
                kept_[i] = !before.empty() && !clash(before.back(), i);
            }
            if (!kept_[i]) continue;
            before.push_back(i);
            gap = false;
        }
    }

    std::int64_t left_out_tokens() const {
        std::int64_t tokens = 0;
        for (std::size_t i = 0; i < kept_.size(); ++i) tokens += kept_[i] ? 0 : amounts_[i].tokens;
        return tokens;
    }

    template <class Take>
    void each_kept_item(Take take) const {
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            if (!kept_[i]) continue;
            for (std::size_t item = history_.units[i].begin; item < history_.units[i].end; ++item) take(item);
        }
    }

    // The longest texts become as long as the others, until enough is gone. False: there is not so much.
    bool truncate(std::int64_t tokens) {
        std::vector<Spelt> texts;
        each_kept_item([&](std::size_t item) {
            if (history_.roles[item] == HistoryRole::user) append_texts(history_.items[item], texts);
        });
        most_text_bytes_ = most_bytes_without(texts, tokens, excess_);
        return most_text_bytes_ >= kLeastKeptBytes;
    }

    void write(ShortenedHistory& out) const {
        std::size_t written = 0;
        out.list = "[";
        each_kept_item([&](std::size_t item) {
            if (written++ > 0) out.list += ',';
            std::vector<Spelt> texts;
            if (most_text_bytes_ != SIZE_MAX && history_.roles[item] == HistoryRole::user) {
                append_texts(history_.items[item], texts);
            }
            write_item(history_.items[item], texts, out);
        });
        out.left_out = history_.items.size() - written;
        out.list += ']';
    }

    void write_item(Json item, std::span<const Spelt> texts, ShortenedHistory& out) const {
        std::size_t written = 0;
        for (const Spelt text : texts) {
            if (bytes_spelt(text) <= most_text_bytes_) continue;
            const auto at = static_cast<std::size_t>(text.data() - item.data());
            out.list.append(item.substr(written, at - written)).append(truncate_middle(text, most_text_bytes_));
            written = at + text.size();
            ++out.truncated;
        }
        out.list.append(item.substr(written));
    }

    const HistoryExcess& excess_;
    const History history_;
    std::vector<bool> kept_;       // by unit
    std::vector<Amount> amounts_;  // the same
    std::size_t most_text_bytes_ = SIZE_MAX;
};

}  // namespace

std::optional<ShortenedHistory> shorten_history(Json list, const HistoryExcess& excess) {
    if (!is_text(list)) return Shortening(list, excess).make();
    if (excess.tokens <= 0) return ShortenedHistory{.list = std::string(list)};
    const std::size_t most = most_bytes_without({spelt(list)}, excess.tokens, excess);
    if (most < kLeastKeptBytes) return std::nullopt;
    return ShortenedHistory{.list = '"' + truncate_middle(spelt(list), most) + '"', .truncated = 1};
}

}  // namespace tollgate
