// Fetches what a chat names by address, for the attempt whose endpoint takes data only.
#pragma once

#include <string_view>

#include "gateway/exchange/exchange.h"
#include "gateway/routing/provider.h"
#include "gateway/text/error.h"
#include "gateway/upstream/client_chat.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Whether the provider must be sent the data of pictures and files.
bool takes_data_only(const Provider& provider);
// False: there is nothing to fetch for that provider. Cheap.
bool may_name_addresses(const Exchange& request, const Provider& provider);
// Whether it names any on the web; reads the body.
bool names_addresses(const Exchange& request, std::string_view body);

// Fetches what the body names, once for all attempts, into `client`. Waits on the loop while another thread fetches;
// ends when the client leaves. invalid_request, with Retry::elsewhere: names the part that could not be had, and tells
// neither its address nor why.
wire::Awaitable<Error> fetch_media(Connection& connection, ClientChat& client, std::string_view body);

}  // namespace tollgate
