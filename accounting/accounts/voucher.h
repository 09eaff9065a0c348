// Vouchers: credit that whoever has the code brings to an organization, once. The operator makes them; of a code only
// its digest is stored. They are documents alone, not in the directory: the ledger stores a use in its own batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kVoucherBatchBytes = 100;
inline constexpr std::size_t kVoucherNoteBytes = 1000;

enum class VoucherState : std::uint8_t { open, used, voided };
std::string_view to_string(VoucherState state);
bool parse(std::string_view text, VoucherState& state);  // false, and `state` unchanged: it is none of the names

struct Voucher {
    KeyDigest code = {};  // its digest, which names the voucher
    NanoUsd amount = {};
    std::int64_t expires_ms = 0;         // of the code; 0: never
    std::int64_t credit_expires_ms = 0;  // of the credit that it gives; 0: never
    std::string batch = {}, note = {};   // the operator's
    VoucherState state = VoucherState::open;
    Id128 organization = {};   // that used it
    std::string used_by = {};  // actor_of() whoever did
    std::int64_t used_ms = 0;  // 0: it is not
    Id128 transaction = {};    // of its credit
    std::int64_t version = 0;  // one more with each change; 1 is the first
    std::int64_t created_ms = 0;

    // Whether its code still gives credit.
    bool is_good(std::int64_t now_ms) const;
};

// From the document's key and text.
Result<Voucher> read_voucher(DocumentReader& reader, std::string_view document, std::string_view text);
// not_found if there is none.
Result<Voucher> find_voucher(Store& store, const KeyDigest& code);

struct NewVoucher {
    NanoUsd amount = {};
    std::int64_t expires_ms = 0, credit_expires_ms = 0;  // 0: never
    std::string batch = {}, note = {};
};
struct MadeVoucher {
    KeyDigest name;
    std::string code;  // make_typed_code(); shown once, stored nowhere
};
// invalid: a text is too long.
Result<MadeVoucher> create_voucher(Change& change, const NewVoucher& fields);

// It may be used no more; nothing where it was voided before. not_found; conflict voucher_used.
Status void_voucher(Change& change, const KeyDigest& code);
// Stores that the caller used it for the organization. It must be good.
void use_voucher(Change& change, Voucher voucher, const Id128& organization, const Id128& transaction);

}  // namespace tollgate
