// Text of a query string as HTTP clients write it: the URL Standard's application/x-www-form-urlencoded, in which '+'
// is a blank. One that is meant is written "%2B".
#pragma once

#include <boost/url/encoding_opts.hpp>
#include <boost/url/pct_string_view.hpp>
#include <string>

namespace tollgate {

inline std::string query_text(boost::urls::pct_string_view spelt) {
    constexpr bool kSpaceAsPlus = true;
    return spelt.decode(boost::urls::encoding_opts(kSpaceAsPlus));
}

}  // namespace tollgate
