// The client's side of calls to one gateway as one caller: repeats what was lost, and knows people and organizations by
// the names that people call them.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/command_line/client.h"
#include "gateway/command_line/http_client.h"

namespace tollgate {

// A failure that is said to the user: an error of the API, or the client's own in the same form.
struct ClientFailure {
    int exit_code = kFailedHere;
    std::string json;     // {"error":{…}}
    std::string message;  // the same in words
};
ClientFailure own_failure(int exit_code, std::string_view code, std::string message);
ClientFailure failure_of(const GatewayReply& reply);
template <class T>
using ClientResult = std::expected<T, ClientFailure>;

class ClientSession {
  public:
    // Of the settings, the environment and the credentials file. A token that the file holds goes to its gateway alone.
    static ClientResult<ClientSession> open(const ClientSettings& settings, bool needs_token);

    // The reply if it is a success. Where `idempotency_key` is not empty, or nothing is changed, a lost answer is asked
    // for again.
    ClientResult<GatewayReply> send(const ClientCall& call, const std::string& idempotency_key = {},
                                    const std::string& if_match = {},
                                    const std::function<void(std::string_view)>& on_events = {});

    // What a parameter or field of this name takes for what was typed: an organization's id for its slug, a project's
    // for its name, a person's for an e-mail address. `organization`: the id of that in which it is; empty: none.
    ClientResult<std::string> id_of(std::string_view parameter, const std::string& typed,
                                    const std::string& organization);
    const std::string& organization() const { return organization_; }  // as typed; empty: none

    // The id of what organization() names. By a slug a key may name its own organization only.
    ClientResult<std::string> organization_id();
    // The id of what the token alone is about: a key's organization, a person's current one.
    ClientResult<std::string> own_organization_id();
    // From now on each call is about this one, where its path names none (X-Org-Id).
    void name_organization(const std::string& id) { named_organization_ = id; }
    const GatewayUrl& url() const { return client_.url(); }
    const std::string& token() const { return token_; }

  private:
    ClientSession(HttpClient client, std::string token, std::string organization)
        : client_(std::move(client)), token_(std::move(token)), organization_(std::move(organization)) {}
    // The member `wanted` of the item of a list whose member `name` is `value`, or `value` in another case if no other
    // item's is; empty: there is none.
    ClientResult<std::string> look_up(std::string target, std::string_view name, std::string_view value,
                                      std::string_view wanted);

    // The organization of the key that calls; empty: it is no key of one.
    ClientResult<std::string> organization_of_key();
    ClientResult<std::string> check_slug_of_key(const std::string& organization);

    HttpClient client_;
    std::string token_, organization_;
    std::string named_organization_;  // by X-Org-Id; empty: none
};

}  // namespace tollgate
