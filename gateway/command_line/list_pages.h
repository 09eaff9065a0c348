// How an operation's list goes on: an answer names where (by a cursor, or a number), or the next page begins at an
// offset behind the rows that were seen.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/command_line/client_call.h"
#include "gateway/exchange/route.h"

namespace tollgate {

class ListPages {
  public:
    // The operation must outlive it. Of what is no list in pages, nothing goes on.
    ListPages(const Operation& operation, const GivenValues& given);

    // Whether the options ask for one page, and not for the list.
    bool one_is_asked_for() const { return one_is_asked_for_; }
    // The call for the first page: of as many rows as a page may have, unless the options say.
    ClientCall first(ClientCall call) const;

    struct Next {
        ClientCall call;
        std::string option;         // that asks for it: "--cursor abc"
        bool may_be_empty = false;  // the rows before it do not tell whether there are more
    };
    // The page behind that which `call` asked for and `body` answered; `named`: where the answer says that its list
    // goes on, if it does. None: that was the last.
    std::optional<Next> next(const ClientCall& call, std::string_view body, const std::string& named);

    static bool has_pages(const Operation& operation);

  private:
    std::string_view parameter_;  // that a page is asked for by; empty: the list is not in pages
    std::string limit_;           // of a page's rows, as it is asked for; empty: it is not
    bool sets_limit_ = false;     // and the options don't
    bool one_is_asked_for_ = false;
    std::size_t offset_ = 0;  // of the page that is being answered
};

// Rows of a list's answer. 0: the answer is no list.
std::size_t rows_of(std::string_view body);

}  // namespace tollgate
