#include "accounting/accounts/voucher.h"

#include <algorithm>

#include "accounting/accounts/typed_code.h"
#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class VoucherTest : public AccountsFixture {
  protected:
    MadeVoucher make(const NewVoucher& fields = {.amount = {5}}) {
        const auto made = apply([&](Change& change) { return create_voucher(change, fields); });
        EXPECT_TRUE(made) << made.error().message();
        return made.value_or(MadeVoucher{});
    }
    Status void_it(const KeyDigest& code) {
        return apply([&](Change& change) { return void_voucher(change, code); });
    }
    // As the ledger stores it.
    void use(const KeyDigest& code, const Id128& organization) {
        WriteBatch batch;
        {
            Change change(*accounts_, caller_, "voucher.redeem", kNow);
            use_voucher(change, find(code), organization, make_uuid7(kNow));
            change.add_to(batch, std::array{organization}, "transaction/1",
                          {.document = "transaction/1", .before = {}, .after = "{}"});
        }
        ASSERT_TRUE(store_.commit(batch, Durability::disk).ok());
    }
    Voucher find(const KeyDigest& code) {
        const auto found = find_voucher(store_, code);
        EXPECT_TRUE(found) << found.error().message();
        return found.value_or(Voucher{});
    }
};

TEST_F(VoucherTest, IsNamedByTheDigestOfItsCodeWhichIsStoredNowhere) {
    const MadeVoucher made = make();
    EXPECT_EQ(digest_of_code(made.code), made.name);
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) {
            EXPECT_EQ(name.find(made.code), std::string::npos);
            EXPECT_EQ(value.find(made.code), std::string::npos);
        }
    }
}

TEST_F(VoucherTest, EveryFieldIsReadBack) {
    const MadeVoucher made = make({.amount = {7},
                                   .expires_ms = kNow + 1,
                                   .credit_expires_ms = kNow + 2,
                                   .batch = "fair",
                                   .note = "of the autumn"});
    const Voucher found = find(made.name);
    EXPECT_EQ(found.amount.value, 7);
    EXPECT_EQ(found.expires_ms, kNow + 1);
    EXPECT_EQ(found.credit_expires_ms, kNow + 2);
    EXPECT_EQ(found.batch, "fair");
    EXPECT_EQ(found.note, "of the autumn");
    EXPECT_EQ(found.created_ms, kNow);
    EXPECT_EQ(found.version, 1);
}

TEST_F(VoucherTest, IsGoodUntilItsTimeOrThatOfItsCreditIsOver) {
    const Voucher until = find(make({.amount = {5}, .expires_ms = kNow + 10}).name);
    EXPECT_TRUE(until.is_good(kNow + 9));
    EXPECT_FALSE(until.is_good(kNow + 10));
    const Voucher credit = find(make({.amount = {5}, .credit_expires_ms = kNow + 10}).name);
    EXPECT_TRUE(credit.is_good(kNow + 9));
    EXPECT_FALSE(credit.is_good(kNow + 10));
}

TEST_F(VoucherTest, IsUsedOnce) {
    const KeyDigest code = make().name;
    const Id128 id = organization();
    use(code, id);
    const Voucher used = find(code);
    EXPECT_EQ(used.state, VoucherState::used);
    EXPECT_EQ(used.organization, id);
    EXPECT_EQ(used.used_by, "root");
    EXPECT_EQ(used.used_ms, kNow);
    EXPECT_FALSE(used.transaction.is_nil());
    EXPECT_EQ(used.version, 2);
    EXPECT_FALSE(used.is_good(kNow));
    EXPECT_EQ(void_it(code).reason(), "voucher_used");
}

TEST_F(VoucherTest, IsVoidedOnceAndForEver) {
    const KeyDigest code = make().name;
    ASSERT_TRUE(void_it(code).ok());
    ASSERT_TRUE(void_it(code).ok());
    EXPECT_EQ(find(code).state, VoucherState::voided);
    EXPECT_EQ(find(code).version, 2);
    EXPECT_FALSE(find(code).is_good(kNow));
    EXPECT_EQ(void_it(digest_key("another")).code(), StatusCode::not_found);
}

TEST_F(VoucherTest, TextThatIsTooLongIsInvalid) {
    const auto made = apply([&](Change& change) {
        return create_voucher(change, {.amount = {5}, .batch = std::string(kVoucherBatchBytes + 1, 'x')});
    });
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), StatusCode::invalid);
}

TEST_F(VoucherTest, ADocumentThatIsCutIsCorrupt) {
    const KeyDigest code = make().name;
    WriteBatch batch;
    batch.put(Family::accounts, voucher_document_key(to_hex(code)), "{}");
    ASSERT_TRUE(store_.commit(batch, Durability::disk).ok());
    EXPECT_EQ(find_voucher(store_, code).error().code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tollgate
