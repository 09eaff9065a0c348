#include "gateway/fair_queue.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

TEST(FairQueue, OrganizationsTakeTurns) {
    wire::asio::io_context loop;
    FairQueue queue(loop.get_executor());
    std::vector<std::string> done;
    const auto post = [&](std::uint8_t organization, const std::string& job) {
        queue.post(Id128{organization}, [&done, job] { done.push_back(job); });
    };
    for (const char* job : {"a1", "a2", "a3", "a4"}) post(1, job);
    post(2, "b1");
    post(3, "c1");
    post(2, "b2");
    loop.run();
    EXPECT_THAT(done, testing::ElementsAre("a1", "b1", "c1", "a2", "b2", "a3", "a4"));
}

TEST(FairQueue, OneOrganizationRunsNoMoreAtOnceThanItMay) {
    wire::asio::io_context loop;
    FairQueue queue(loop.get_executor(), 1);
    std::vector<std::string> done;
    const auto post = [&](std::uint8_t organization, const std::string& job) {
        queue.post(Id128{organization}, [&done, job] { done.push_back(job); });
    };
    queue.post(Id128{1}, [&] {
        while (loop.poll_one() != 0) {  // other threads, while this one runs
        }
        done.emplace_back("a1");
    });
    post(1, "a2");
    post(2, "b1");
    post(1, "a3");
    loop.run();
    EXPECT_THAT(done, testing::ElementsAre("b1", "a1", "a2", "a3"));
}

TEST(FairQueue, IsReadyForMoreWhenAllIsDone) {
    wire::asio::io_context loop;
    FairQueue queue(loop.get_executor());
    int done = 0;
    for (int round = 0; round < 2; ++round) {
        queue.post(Id128{1}, [&done] { ++done; });
        loop.run();
        loop.restart();
    }
    EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace tollgate
