#include "gateway/client/arriving_bodies.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

constexpr std::uint64_t kAll = 640;  // of which a 64th part is 10

Id128 id(std::uint8_t last) {
    Id128 id{};
    id.bytes.back() = last;
    return id;
}

TEST(ArrivingBodies, HaveTwiceWhatIsFree) {
    ArrivingBodies bodies;
    std::vector<ArrivingBodies::Place> places;
    while (auto place = bodies.take(id(1), 30, kAll)) places.push_back(std::move(*place));
    EXPECT_EQ(places.size(), 60U);
    EXPECT_TRUE(bodies.take(id(2), 30, kAll).has_value());
    EXPECT_TRUE(bodies.take(id(1), 31, kAll).has_value());
}

TEST(ArrivingBodies, HaveALeastPartWhenNothingIsFree) {
    ArrivingBodies bodies;
    std::vector<ArrivingBodies::Place> places;
    while (auto place = bodies.take(id(1), 0, kAll)) places.push_back(std::move(*place));
    EXPECT_EQ(places.size(), 10U);
    EXPECT_TRUE(bodies.take(id(2), 0, 1).has_value());
}

TEST(ArrivingBodies, AreForgottenWhenTheyHaveCome) {
    ArrivingBodies bodies;
    {
        const auto place = bodies.take(id(1), 0, 1);
        ASSERT_TRUE(place.has_value());
        EXPECT_FALSE(bodies.take(id(1), 0, 1).has_value());
    }
    EXPECT_TRUE(bodies.take(id(1), 0, 1).has_value());
}

}  // namespace
}  // namespace tollgate
