// Which columns of a list people see who name none: what tells the rows apart, and what they are looked at for. The ids
// that other commands take stand last, where a narrow terminal loses least.
#pragma once

#include <span>
#include <string_view>

#include "gateway/exchange/route.h"

namespace tollgate {

// By the name of the schema that an item of the list has; names with dots are of objects in it.
struct UsualColumns {
    std::string_view item, names;  // with commas
};
std::span<const UsualColumns> usual_columns();
// The schema of what an answer is a list of; nullptr: it is none.
const Schema* item_of(const Operation& operation);
// Empty: all of them.
std::string_view usual_columns_of(const Operation& operation);

}  // namespace tollgate
