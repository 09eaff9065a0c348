#include "accounting/accounts/credit_request.h"

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class CreditRequestTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        organization_ = organization();
        person_ = member(organization_, "m@example.com");
        call_as(person_);
    }
    Result<CreditRequest> ask(const std::string& note = "please", std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return create_credit_request(change, organization_, {5}, note); }, now_ms);
    }
    CreditRequest decided(const CreditRequest& request, const Decision& decision) {
        return *apply([&](Change& change) -> Result<CreditRequest> { return decide(change, request, decision); });
    }
    Result<CreditRequest> find(const Id128& id) { return find_credit_request(store_, organization_, id); }

    Id128 organization_, person_;
};

TEST_F(CreditRequestTest, IsOfThePersonWhoAsks) {
    const auto made = ask();
    ASSERT_TRUE(made) << made.error().message();
    const auto found = find(made->id);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->user, person_);
    EXPECT_EQ(found->organization, organization_);
    EXPECT_EQ(found->amount.value, 5);
    EXPECT_EQ(found->note, "please");
    EXPECT_EQ(found->state, CreditRequestState::pending);
    EXPECT_EQ(found->version, 1);
    EXPECT_TRUE(check_pending(*found).ok());
}

TEST_F(CreditRequestTest, IsUnknownInAnotherOrganization) {
    const Id128 other = organization("Other");
    const auto made = ask();
    ASSERT_TRUE(made);
    EXPECT_EQ(find_credit_request(store_, other, made->id).error().code(), StatusCode::not_found);
    EXPECT_TRUE(credit_requests_of(store_, other)->empty());
}

TEST_F(CreditRequestTest, DecisionIsStoredWithWhoMadeIt) {
    const auto made = ask();
    ASSERT_TRUE(made);
    call_as_operator();
    const Id128 transaction = make_uuid7(kNow);
    decided(*made, {.state = CreditRequestState::approved, .note = "ok", .approved = {4}, .transaction = transaction});
    const auto found = find(made->id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state, CreditRequestState::approved);
    EXPECT_EQ(found->approved.value, 4);
    EXPECT_EQ(found->decided_by, "root");
    EXPECT_EQ(found->decided_ms, kNow);
    EXPECT_EQ(found->decision_note, "ok");
    EXPECT_EQ(found->transaction, transaction);
    EXPECT_EQ(found->version, 2);
    EXPECT_EQ(check_pending(*found).reason(), "already_decided");
}

TEST_F(CreditRequestTest, TenOfAPersonMayWait) {
    std::vector<CreditRequest> made;
    for (std::size_t i = 0; i < kMostPendingCreditRequests; ++i) {
        const auto one = ask();
        ASSERT_TRUE(one);
        made.push_back(*one);
    }
    EXPECT_EQ(ask().error().reason(), "limit_reached");
    decided(made[3], {.state = CreditRequestState::withdrawn});
    EXPECT_TRUE(ask());
    call_as(member(organization_, "other@example.com"));
    EXPECT_TRUE(ask()) << "others wait for nobody";
}

TEST_F(CreditRequestTest, AreListedInTheOrderInWhichTheyCame) {
    const auto first = ask("1"), second = ask("2", kNow + 1);
    ASSERT_TRUE(first && second);
    const auto all = credit_requests_of(store_, organization_);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 2U);
    EXPECT_EQ(all->at(0).id, first->id);
    EXPECT_EQ(all->at(1).id, second->id);
}

TEST_F(CreditRequestTest, NoteThatIsTooLongIsInvalid) {
    EXPECT_EQ(ask(std::string(kCreditRequestNoteBytes + 1, 'x')).error().code(), StatusCode::invalid);
}

}  // namespace
}  // namespace tollgate
