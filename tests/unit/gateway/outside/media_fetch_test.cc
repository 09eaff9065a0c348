// Pictures from a server on the loopback, which is allowed here and by nobody else.
#include "gateway/outside/media_fetch.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/text/base64.h"
#include "tests/unit/gateway/outside/loopback_server.h"

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

const std::string kPng = "\x89PNG\r\n\x1a\n and so on";

std::string reply_of(const std::string& type, const std::string& body, const std::string& status = "200 OK",
                     const std::string& further = {}) {
    return "HTTP/1.1 " + status + "\r\ncontent-type: " + type + "\r\n" + further +
           "connection: close\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// One reply for each path; 404 for all others.
class PictureServer : public LoopbackServer {
  public:
    explicit PictureServer(std::map<std::string, std::string> replies)
        : LoopbackServer([replies = std::move(replies)](const std::string& request) {
              const std::size_t begin = request.find(' ') + 1;
              const auto found = replies.find(request.substr(begin, request.find(' ', begin) - begin));
              return found == replies.end() ? reply_of("text/plain", "none", "404 Not Found") : found->second;
          }) {}
};

wire::Reach allowed(const std::vector<std::string>& networks) { return wire::Reach(*wire::Networks::from(networks)); }

struct Wish {
    MediaClass kind = MediaClass::picture;
    std::size_t most_bytes = 4096;
    std::vector<std::string> networks = {"127.0.0.1"};
    std::function<bool(std::size_t)> may_hold = {};
};

MediaFetchResult fetch(const std::string& address, const Wish& wish = {}) {
    const wire::Reach reach = allowed(wish.networks);
    return fetch_medium({.address = address,
                         .kind = wish.kind,
                         .reach = &reach,
                         .most_bytes = wish.most_bytes,
                         .deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10),
                         .may_hold = wish.may_hold});
}

std::string redirect_to(const std::string& target) {
    return reply_of("text/plain", "", "302 Found", "location: " + target + "\r\n");
}

TEST(MediaFetch, APictureIsWhatItsServerAndItsBytesSay) {
    const PictureServer server({{"/cat.png?a=1", reply_of("IMAGE/PNG; q=1", kPng)}});
    const MediaFetchResult result = fetch(server.at("/cat.png?a=1") + "#top");
    ASSERT_TRUE(result.medium);
    EXPECT_EQ(result.medium->type, "image/png");
    EXPECT_EQ(result.medium->base64, base64(kPng));
    EXPECT_EQ(result.medium->bytes, kPng.size());
    EXPECT_TRUE(result.went_inside);
    ASSERT_EQ(server.requests().size(), 1U);
    for (const std::string_view name :
         {"cookie:"sv, "authorization:"sv, "referer:"sv, "Cookie:"sv, "Authorization:"sv}) {
        EXPECT_EQ(server.requests()[0].find(name), std::string::npos);
    }
}

TEST(MediaFetch, WhatIsNoPictureIsNotHad) {
    const PictureServer server({{"/html", reply_of("text/html", "<html>")},
                                {"/lies", reply_of("image/png", "<html>")},
                                {"/other", reply_of("image/gif", kPng)},
                                {"/untold", reply_of("application/octet-stream", kPng)},
                                {"/paper", reply_of("application/pdf", "%PDF-1.7")},
                                {"/error", reply_of("image/png", kPng, "500 Internal Server Error")}});
    for (const char* path : {"/html", "/lies", "/other", "/untold", "/paper", "/error", "/none"}) {
        EXPECT_FALSE(fetch(server.at(path)).medium) << path;
    }
    EXPECT_TRUE(fetch(server.at("/paper"), {.kind = MediaClass::document}).medium);
}

TEST(MediaFetch, BytesAndMemoryAreBounded) {
    const PictureServer server({{"/cat.png", reply_of("image/png", kPng)}});
    EXPECT_TRUE(fetch(server.at("/cat.png"), {.most_bytes = kPng.size()}).medium);
    EXPECT_FALSE(fetch(server.at("/cat.png"), {.most_bytes = kPng.size() - 1}).medium);
    EXPECT_FALSE(fetch(server.at("/cat.png"), {.may_hold = [](std::size_t) { return false; }}).medium);
}

TEST(MediaFetch, RedirectsAreFollowedAFewTimes) {
    const PictureServer server({{"/1", redirect_to("/2")},
                                {"/2", redirect_to("3")},
                                {"/3", redirect_to("//127.0.0.1:9/../cat.png")},
                                {"/a", redirect_to("/b")},
                                {"/b", redirect_to("./cat.png")},
                                {"/circle", redirect_to("/circle")},
                                {"/cat.png", reply_of("image/png", kPng)}});
    EXPECT_TRUE(fetch(server.at("/a")).medium);
    EXPECT_FALSE(fetch(server.at("/1")).medium);
    const std::size_t before = server.requests().size();
    EXPECT_FALSE(fetch(server.at("/circle")).medium);
    EXPECT_EQ(server.requests().size() - before, std::size_t{1} + MediaFetch::kMostRedirects);
}

TEST(MediaFetch, NoForbiddenPlaceIsConnectedToHoweverItIsWritten) {
    const PictureServer server({{"/cat.png", reply_of("image/png", kPng)}});
    for (const char* host : {"127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]", "127.0.0.1."}) {
        const MediaFetchResult result = fetch(server.at("/cat.png", host), {.networks = {}});
        EXPECT_FALSE(result.medium || result.went_inside) << host;
    }
    EXPECT_FALSE(fetch(server.at("/cat.png"), {.networks = {"127.0.0.2"}}).medium);
    EXPECT_FALSE(fetch(server.at("/cat.png", "user:secret@127.0.0.1")).medium);
    EXPECT_FALSE(fetch("file:///etc/passwd").medium);
    EXPECT_FALSE(fetch("ftp://127.0.0.1/cat.png").medium);
    EXPECT_FALSE(fetch("cat.png").medium);
    EXPECT_TRUE(server.requests().empty());
}

TEST(MediaFetch, ARedirectLeadsToNoForbiddenPlace) {
    const PictureServer inside({{"/cat.png", reply_of("image/png", kPng)}});
    const PictureServer server({{"/named", redirect_to(inside.at("/cat.png", "user@127.0.0.1"))},
                                {"/file", redirect_to("file:///etc/passwd")}});
    for (const char* path : {"/named", "/file"}) EXPECT_FALSE(fetch(server.at(path)).medium) << path;
    const PictureServer other({{"/far", redirect_to("http://127.0.0.2/cat.png")}});
    EXPECT_FALSE(fetch(other.at("/far")).medium);
    EXPECT_TRUE(inside.requests().empty());
}

TEST(MediaFetch, EndsAtItsDeadline) {
    const wire::Reach reach = allowed({"127.0.0.1"});
    const PictureServer server({{"/cat.png", reply_of("image/png", kPng)}});
    EXPECT_FALSE(fetch_medium({.address = server.at("/cat.png"),
                               .reach = &reach,
                               .most_bytes = 4096,
                               .deadline = std::chrono::steady_clock::now()})
                     .medium);
    EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace tollgate
