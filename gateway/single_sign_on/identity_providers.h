// The identity providers of the configuration, and the sign-ins that are under way at them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/money/ids.h"
#include "gateway/config/sign_in.h"
#include "gateway/oidc/begun_sign_ins.h"
#include "gateway/outside/call_gate.h"
#include "gateway/single_sign_on/identity_provider.h"
#include "store/status.h"

namespace tollgate {

class IdentityProviders {
  public:
    static constexpr std::uint32_t kMostCalls = 64;  // that run, or wait for a thread
    static constexpr std::uint32_t kMostOfOne = 48;  // provider: the others' people are not kept waiting by it
    static constexpr std::size_t kThreads = 4;       // that wait for providers at once

    // Reads the secrets. `stop` ends calls early; it must outlive this. invalid: names the provider at fault.
    static Result<std::unique_ptr<IdentityProviders>> open(const SignInConfig& config, std::string public_url,
                                                           const std::atomic<bool>& stop);

    // Null: there is none of that id, or of that issuer.
    IdentityProvider* find(std::string_view id) const;
    IdentityProvider* find_issuer(std::string_view issuer) const;
    const std::vector<std::unique_ptr<IdentityProvider>>& all() const { return providers_; }  // as configured

    oidc::BegunSignIns& begun() const { return *begun_; }
    CallGate& calls() { return calls_; }

    // What a provider sends the browser back to.
    std::string callback_url(const IdentityProvider& provider) const;

  private:
    IdentityProviders(std::string public_url, std::unique_ptr<oidc::BegunSignIns> begun)
        : public_url_(std::move(public_url)), begun_(std::move(begun)) {}

    const std::string public_url_;
    const std::unique_ptr<oidc::BegunSignIns> begun_;
    CallGate calls_{kMostCalls, kMostOfOne};
    std::vector<std::unique_ptr<IdentityProvider>> providers_;
};

// What a provider's calls are counted under.
Id128 gate_name(std::string_view provider);

}  // namespace tollgate
