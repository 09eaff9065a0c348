#include "accounting/accounts/key_rules.h"

#include <utility>

namespace tollgate {
namespace {

template <class RulesOf, class Fields>
void fields_of(RulesOf& rules, Fields& fields) {
    fields.texts("allow_models", rules.allow_models);
    fields.texts("deny_models", rules.deny_models);
    fields.texts("allow_providers", rules.allow_providers);
    fields.texts("deny_providers", rules.deny_providers);
    fields.amount("most_prompt", rules.most_prompt);
    fields.amount("most_completion", rules.most_completion);
}

}  // namespace

std::string json_of(const CompactKeyRules& rules) {
    if (rules.get() == nullptr) return {};
    DocumentWriter writer;
    fields_of(*rules.get(), writer);
    return writer.take();
}

Result<KeyRules> read_key_rules(std::string_view document, std::string_view json) {
    if (json.empty()) return KeyRules();
    DocumentReader reader;
    KeyRules rules;
    reader.open(document, json);
    fields_of(rules, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return rules;
}

}  // namespace tollgate
