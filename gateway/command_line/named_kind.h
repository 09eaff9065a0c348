// What parameters of paths, and fields of queries and bodies, are ids of: people know those by names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate {

enum class NamedKind : std::uint8_t { none, organization, project, member, user };

// By the name of the parameter or field. Somebody of an organization is a member; a user only where the operator's list
// of all is what he is looked up in.
NamedKind named_kind(std::string_view parameter);
// What may be typed: "UUID or slug".
std::string_view names_of(NamedKind kind);

bool equal_but_for_case(std::string_view one, std::string_view other);  // of ASCII letters

// Finds in a list what was meant by a name that was typed: what is called exactly so, else what differs in case only.
class NameSearch {
  public:
    struct Found {
        std::string name, id;
    };
    explicit NameSearch(std::string typed) : typed_(std::move(typed)) {}

    void look_at(std::string name, std::string id);
    // More than one: it is not clear which.
    const std::vector<Found>& found() const { return exact_.empty() ? near_ : exact_; }
    std::string names() const;  // of what was found, with the ids

  private:
    std::string typed_;
    std::vector<Found> exact_, near_;
};

}  // namespace tollgate
