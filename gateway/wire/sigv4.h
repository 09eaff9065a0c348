// AWS Signature Version 4 of a request, in its header:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
// Pure: the time is the caller's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/wire/http_head.h"

namespace tollgate::wire::sigv4 {

struct Key {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;  // of temporary ones; empty: none
};

// For what a signature counts. The views are valid as long as it is used.
struct Scope {
    std::string_view region, service;  // "us-east-1", "bedrock"
    std::int64_t unix_seconds = 0;
};

// What is signed, as it leaves. Every path is encoded once more than it stands in the target, as all services but S3
// want it: what is %3A there is signed as %253A.
struct Request {
    std::string_view method;
    std::string_view target;              // path and query
    std::span<const HeaderField> fields;  // Host, and what else is signed; in any order and case
    std::string_view body_hash;           // hash_of() the body
    bool normalize_path = true;           // without dots and empty segments, as services read it
};

// SHA-256 in hexadecimal, of the pieces as if they were one.
std::string hash_of(std::span<const std::string_view> pieces);

// The three steps, each of which takes what the one before has made.
std::string canonical_request(const Request& request);
std::string string_to_sign(const Scope& scope, std::string_view canonical_request);
std::string signature(const Key& key, const Scope& scope, std::string_view string_to_sign);

// "20150830T123600Z"
std::string timestamp(std::int64_t unix_seconds);
// "20150830/us-east-1/bedrock/aws4_request"
std::string credential_scope(const Scope& scope);
// Names of the fields, as they are signed: "content-type;host".
std::string signed_names(std::span<const HeaderField> fields);

// The header lines that sign the request, each with CRLF: the date, the session token and the authorization. `fields`
// holds neither of them.
std::string signing_lines(const Key& key, const Scope& scope, const Request& request);

}  // namespace tollgate::wire::sigv4
