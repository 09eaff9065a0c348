#include <string>
#include <utility>

#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "gateway/chat/dialect/json_splice.h"
#include "gateway/chat/dialect/mended_history.h"

namespace tollgate {
namespace {

struct ModelPart {
    Json json, text, thought, signature, call;

    explicit ModelPart(Json part) : json(part) {
        each_member(part, [this](std::string_view name, Json value) {
            if (name == "text") text = value;
            if (name == "thought") thought = value;
            if (name == "thoughtSignature" || name == "thought_signature") signature = value;
            if (name == "functionCall" || name == "function_call") call = value;
        });
    }
    bool is_foreign() const { return is_foreign_seal(spelt(signature)); }
    // Reasoning of another provider, or a part that only carried it.
    bool is_only_foreign() const {
        return is_foreign() && (thought == "true" || (is_text(text) && spelt(text).empty()));
    }
    std::string without_signature() const {
        return without_member(without_member(json, "thoughtSignature"), "thought_signature");
    }
};

class Contents {
  public:
    Contents(const HistoryReader& reader, FieldNames& removed) : reader_(reader), removed_(removed) {}

    std::optional<std::string> mended(Json list) {
        std::string out = "[";
        each_element(list, [&](Json content) {
            const std::string one = mended_content(content);
            if (one.empty()) return;
            if (out.size() > 1) out += ',';
            out += one;
        });
        if (!changed_ || out.size() == 1) return std::nullopt;
        return out + ']';
    }

  private:
    // Empty: nothing is left of it.
    std::string mended_content(Json content) {
        const Json parts = member(content, "parts");
        if (!is_array(parts)) return std::string(content);
        std::string list = "[";
        bool calls = false;
        const bool before = std::exchange(changed_, false);
        each_element(parts, [&](Json json) {
            const ModelPart part(json);
            if (part.is_only_foreign()) return leave_out();
            if (list.size() > 1) list += ',';
            list += mended_part(part, !calls);
            calls = calls || !part.call.empty();
        });
        const bool here = changed_;
        changed_ = changed_ || before;
        if (!here) return std::string(content);
        if (list.size() == 1) return {};
        JsonSplice splice(content);
        splice.replace(parts, list + ']');
        return splice.take();
    }

    std::string mended_part(const ModelPart& part, bool first_call) {
        const bool call = !part.call.empty(), lacks = part.signature.empty() || part.is_foreign();
        if (part.is_foreign()) leave_out();
        std::string mended = part.is_foreign() ? part.without_signature() : std::string(part.json);
        if (call && first_call && lacks && reader_.wants_signed_calls) {
            mended.erase(mended.rfind('}'));
            append_text(mended, "thoughtSignature", kNoGeminiSignature);
            mended += '}';
            changed_ = true;
        }
        return mended;
    }

    void leave_out() {
        changed_ = true;
        removed_.add("contents[].parts[].thought");
    }

    const HistoryReader& reader_;
    FieldNames& removed_;
    bool changed_ = false;
};

}  // namespace

std::optional<std::string> mend_gemini_history(Json list, const HistoryReader& reader, FieldNames& removed) {
    return Contents(reader, removed).mended(list);
}

}  // namespace tollgate
