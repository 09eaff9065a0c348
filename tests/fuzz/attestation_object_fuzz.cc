// Attestation objects and authenticator data: what is read stands in the bytes, and no shorter ones read the same.
#include <functional>
#include <string>

#include "gateway/webauthn/authenticator_data.h"
#include "gateway/webauthn/cose_key.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;
using namespace tollgate::webauthn;

bool lies_in(std::string_view part, std::string_view whole) {
    return !std::less<>()(part.data(), whole.data()) &&
           !std::less<>()(whole.data() + whole.size(), part.data() + part.size());
}

void read_data(std::string_view bytes) {
    const auto data = read_authenticator_data(bytes);
    if (!data) {
        require(!data.error().reason().empty(), "a refusal has its reason");
        return;
    }
    require(bytes.size() <= kMostAuthenticatorDataBytes, "authenticator data is bounded");
    require(lies_in(data->rp_id_hash, bytes) && data->rp_id_hash.size() == 32, "the hash is in the data");
    require(!data->backed_up || data->backup_eligible, "what is backed up may be");
    require(!read_authenticator_data(std::string(bytes) + '\0'), "nothing stands behind it");
    require(!read_authenticator_data(std::string(bytes.substr(0, bytes.size() - 1))), "nothing is missing");
    if (!data->credential) return;
    const auto& [aaguid, id, cose_key] = *data->credential;
    require(lies_in(aaguid, bytes) && lies_in(id, bytes) && lies_in(cose_key, bytes), "a credential is in the data");
    require(!id.empty() && id.size() <= kMostCredentialIdBytes && aaguid.size() == kAaguidBytes, "ids are bounded");
    const auto key = PublicKey::read(cose_key);
    require(key && key->size == cose_key.size(), "its key is exactly the one");
    require(!key->key.verifies(bytes, bytes), "no signature is good by chance");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);  // its own block: a sanitizer sees its end
    read_data(bytes);
    if (const auto inner = read_attestation_object(bytes)) {
        require(lies_in(*inner, bytes), "the data is in the object");
        require(!read_attestation_object(bytes.substr(0, size - 1)), "nothing is missing");
        read_data(std::string(*inner));
    }
    return 0;
}
