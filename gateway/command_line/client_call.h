// The request that a command line asks for: which options an operation has, and the method, target and body that their
// values make.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/api/schema.h"
#include "gateway/exchange/route.h"
#include "store/status.h"

namespace tollgate {

// One field of a query or a body. The members of an object in a body have options of their own: "token.name".
struct FieldOption {
    std::string name;  // "limit-reset", without the dashes before it
    const Field* field = nullptr;
    bool in_query = false;
};
// A field that is called as one of the client's own options are is an option with "field-" before it.
std::vector<FieldOption> field_options(const Operation& operation);

// Whether the field may be given more than once: a list of texts.
bool repeats(const Field& field);
// What a value may be: "daily|weekly|monthly|null", "USD", "UUID"
std::string value_name(const Field& field);

struct GivenValues {
    std::map<std::string, std::string> path;                 // by parameter
    std::map<std::string, std::vector<std::string>> fields;  // by option; "null" is null where the field has it
    std::optional<std::string> body;                         // the whole of it, in place of the body's options
};

struct ClientCall {
    std::string_view method;
    std::string target;  // path and query
    std::string body;    // JSON; empty: there is none
};
// invalid names the option at fault.
Result<ClientCall> make_call(const Operation& operation, const GivenValues& given);

// The target with another value of a query parameter.
std::string with_query(std::string target, std::string_view name, std::string_view value);
// As a segment of a path or a value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace tollgate
