// Signs requests to a service of AWS with a key of an account's.
#pragma once

#include <string>
#include <string_view>

#include "gateway/wire/request_signer.h"
#include "gateway/wire/sigv4.h"

namespace tollgate::wire {

class AwsSigner final : public RequestSigner {
  public:
    // "us-east-1", "bedrock"
    AwsSigner(sigv4::Key key, std::string region, std::string service)
        : key_(std::move(key)), region_(std::move(region)), service_(std::move(service)) {}
    ~AwsSigner() override;

    Error sign(const OutgoingRequest& request, std::string& lines) const override;
    void redact(std::string& text) const override;
    std::string_view region() const { return region_; }

  private:
    sigv4::Key key_;
    const std::string region_, service_;
};

// The region that an ARN names: a request for it must go there. Empty: the name is none.
std::string_view region_of_arn(std::string_view name);

}  // namespace tollgate::wire
