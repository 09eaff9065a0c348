#include "gateway/routing/sent_parameters.h"

#include "gateway/routing/model_call_of.h"

namespace tollgate {

ParameterSet sent_parameters(const PlanAsk& ask) {
    ParameterSet sent;
    if (passes_through(ask.api)) return sent;
    const std::string_view text = ask.text;
    for (const JsonMember& member : ask.body.members) {
        const std::string_view key = member.key.of(text);
        if (key.size() > 2 && member.value.of(text) != "null") sent.add(key.substr(1, key.size() - 2));
    }
    return sent;
}

}  // namespace tollgate
