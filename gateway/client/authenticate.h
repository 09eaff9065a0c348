// From the key in the head to who is asking: the key's record, then its organization's policy.
#pragma once

#include <array>
#include <string_view>

#include "accounting/accounts/directory.h"
#include "gateway/config/config.h"
#include "gateway/exchange/exchange.h"

namespace tollgate {

// The key that a connection presented last, and its digest: nearly always the next request's too.
class PresentedKey {
  public:
    PresentedKey() = default;
    ~PresentedKey();  // leaves nothing of the key in memory
    PresentedKey(const PresentedKey&) = delete;
    PresentedKey& operator=(const PresentedKey&) = delete;

    KeyDigest digest_of(std::string_view key);

  private:
    static constexpr std::size_t kMostBytes = 128;  // longer ones are not kept

    std::array<char, kMostBytes> key_{};
    std::size_t size_ = 0;
    KeyDigest digest_{};
};

// Takes the key out of the head, of which the rest has been noted: only its digest goes on.
void note_key(const wire::RequestHead& from, PresentedKey& last, Head& head);
// The principal shares ownership of `directory` for as long as it uses the policy. invalid_api_key when it is absent,
// unknown, disabled, expired, of a closed organization or of a suspended user; what request_organization() refuses.
Outcome<Principal> authenticate(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                const Head& head);
// The same by the session that the head's page names, and notes that it is used. session_ended: it is unknown or over,
// or its person is suspended.
Outcome<Principal> authenticate_session(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                        const Head& head, const AccountsConfig& config);

}  // namespace tollgate
