#include "accounting/accounts/account_documents.h"

#include <array>
#include <boost/json.hpp>
#include <limits>
#include <optional>
#include <utility>

#include "store/key_space.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::size_t kParseBuffer = 4096;  // bytes; a larger document takes the rest from the heap

struct NamedReset {
    LimitReset reset;
    std::string_view name;
};
constexpr std::array kResets{NamedReset{LimitReset::lifetime, "lifetime"}, NamedReset{LimitReset::daily, "daily"},
                             NamedReset{LimitReset::weekly, "weekly"}, NamedReset{LimitReset::monthly, "monthly"}};

struct NamedKind {
    KeyKind kind;
    std::string_view name;
};
constexpr std::array kKinds{NamedKind{KeyKind::inference, "inference"}, NamedKind{KeyKind::management, "management"}};

struct NamedOnExhausted {
    OnExhausted policy;
    std::string_view name;
};
constexpr std::array kOnExhausted{NamedOnExhausted{OnExhausted::cut, "cut"}, NamedOnExhausted{OnExhausted::owe, "owe"}};

// Reads members of one document. The first thing that is wrong is kept; later reads give empty values.
class Reader {
  public:
    Reader(std::string_view key, std::string_view text)
        : key_(key), memory_(buffer_.data(), buffer_.size()), document_(json::storage_ptr(&memory_)) {
        boost::system::error_code error;
        document_ = json::parse(text, error, &memory_);
        if (error) {
            fail("it isn't JSON: " + error.message());
        } else if (members_ = document_.if_object(); members_ == nullptr) {
            fail("it isn't a JSON object");
        }
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    std::string text(std::string_view name) {
        const json::value* value = find(name, true);
        if (value == nullptr) return {};
        if (!value->is_string()) return fail(name, "must be a string"), std::string();
        return std::string(value->get_string());
    }

    std::int64_t integer(std::string_view name) {
        const json::value* value = find(name, true);
        if (value == nullptr) return 0;
        if (!value->is_int64()) return fail(name, "must be an integer"), 0;
        return value->get_int64();
    }

    // Absent is false: the flags came one by one.
    bool flag(std::string_view name) {
        const json::value* value = find(name, false);
        if (value == nullptr) return false;
        if (!value->is_bool()) return fail(name, "must be true or false"), false;
        return value->get_bool();
    }

    // Null is no amount; the member must be there, for a lost limit would be an unlimited key.
    std::optional<NanoUsd> amount(std::string_view name) {
        const json::value* value = find(name, true);
        if (value == nullptr || value->is_null()) return std::nullopt;
        if (!value->is_int64() || value->get_int64() < 0) {
            fail(name, "must be null or an integer of at least 0");
            return std::nullopt;
        }
        return NanoUsd{value->get_int64()};
    }

    // Absent is null: these members came later than the documents.
    std::optional<std::int64_t> count(std::string_view name, std::int64_t most = kMostPerMinute) {
        const json::value* value = find(name, false);
        if (value == nullptr || value->is_null()) return std::nullopt;
        if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > most) {
            fail(name, "must be null or an integer from 0 to " + std::to_string(most));
            return std::nullopt;
        }
        return value->get_int64();
    }

    std::optional<std::uint8_t> retention_class() {
        const auto number = count("retention_class", kMaxRetentionClasses - 1);
        return number ? std::optional(static_cast<std::uint8_t>(*number)) : std::nullopt;
    }

    // As retention_class, absent is null.
    std::optional<NanoUsd> overdraft_cap() {
        const auto nano = count("overdraft_cap", std::numeric_limits<std::int64_t>::max());
        return nano ? std::optional(NanoUsd{*nano}) : std::nullopt;
    }

    std::optional<OnExhausted> on_exhausted() {
        if (members_ == nullptr || !members_->contains("on_exhausted")) return std::nullopt;
        if (members_->at("on_exhausted").is_null()) return std::nullopt;
        return one_of("on_exhausted", kOnExhausted).policy;
    }

    Limits limits() {
        Limits limits;
        limits.budget = amount("limit");
        limits.reset = one_of("limit_reset", kResets).reset;
        limits.requests_per_minute = count("requests_per_minute");
        limits.tokens_per_minute = count("tokens_per_minute");
        limits.concurrent_requests = count("concurrent_requests");
        return limits;
    }
    // Of a document that may be older than its limits.
    Limits limits_if_any() { return members_ != nullptr && members_->contains("limit") ? limits() : Limits(); }

    // Null is nil.
    Id128 id(std::string_view name) {
        const json::value* value = find(name, true);
        if (value == nullptr || value->is_null()) return {};
        const auto parsed = value->is_string() ? parse_uuid(std::string_view(value->get_string())) : std::nullopt;
        if (!parsed) return fail(name, "must be null or a UUID"), Id128{};
        return *parsed;
    }

    // An id that is part of the document's key.
    template <class Id>
    Id id_in_key(const std::optional<Id>& parsed) {
        if (!parsed) fail("the id in its key is malformed");
        return parsed.value_or(Id{});
    }

    template <class Names>
    const typename Names::value_type& one_of(std::string_view name, const Names& names) {
        const std::string found = text(name);
        for (const auto& candidate : names) {
            if (candidate.name == found) return candidate;
        }
        fail(name, "has an unknown value");
        return names.front();
    }

    template <class Record>
    Result<Record> finish(Record record) {
        if (!problem_.empty()) return failure(StatusCode::corrupt, std::move(problem_));
        return record;
    }
    void fail(std::string_view name, std::string_view problem) {
        fail("member \"" + std::string(name) + "\" " + std::string(problem));
    }

  private:
    const json::value* find(std::string_view name, bool required) {
        if (members_ == nullptr) return nullptr;
        const json::value* value = members_->if_contains(name);
        if (value == nullptr && required) fail(name, "is missing");
        return value;
    }
    void fail(const std::string& problem) {
        if (problem_.empty()) problem_ = "account document " + std::string(key_) + ": " + problem;
    }

    std::string_view key_;
    std::string problem_;
    std::array<unsigned char, kParseBuffer> buffer_;
    json::monotonic_resource memory_;
    json::value document_;
    const json::object* members_ = nullptr;
};

std::string_view id_part(std::string_view key, std::string_view prefix) {
    return key.starts_with(prefix) ? key.substr(prefix.size()) : std::string_view();
}

// The members of the document to be replaced, so that those unknown here survive.
Result<json::object> members_of(std::string_view previous) {
    if (previous.empty()) return json::object();
    boost::system::error_code error;
    json::value document = json::parse(previous, error);
    if (error || !document.is_object()) {
        return failure(StatusCode::corrupt, "an account document to be changed isn't a JSON object");
    }
    return std::move(document.get_object());
}

json::value id_or_null(const Id128& id) { return id.is_nil() ? json::value() : json::value(to_uuid(id)); }

json::value amount_or_null(const std::optional<NanoUsd>& amount) {
    return amount ? json::value(amount->value) : json::value();
}

template <class Names, class Value>
std::string_view name_of(const Names& names, Value value, Value Names::value_type::* member) {
    for (const auto& candidate : names) {
        if (candidate.*member == value) return candidate.name;
    }
    return "unknown";
}

json::value count_or_null(const std::optional<std::int64_t>& count) {
    return count ? json::value(*count) : json::value();
}

void write_limits(const Limits& limits, json::object& members) {
    members["limit"] = amount_or_null(limits.budget);
    members["limit_reset"] = name_of(kResets, limits.reset, &NamedReset::reset);
    members["requests_per_minute"] = count_or_null(limits.requests_per_minute);
    members["tokens_per_minute"] = count_or_null(limits.tokens_per_minute);
    members["concurrent_requests"] = count_or_null(limits.concurrent_requests);
}

}  // namespace

Result<Organization> parse_organization(std::string_view key, std::string_view text) {
    Reader reader(key, text);
    Organization organization;
    organization.id = reader.id_in_key(parse_uuid(id_part(key, kOrganizationDocumentPrefix)));
    organization.name = reader.text("name");
    organization.slug = reader.text("slug");
    organization.created_ms = reader.integer("created_ms");
    organization.updated_ms = reader.integer("updated_ms");
    organization.limits = reader.limits_if_any();
    auto policy = std::make_shared<OrganizationPolicy>();
    policy->organization = organization.id;
    policy->organization_text = to_uuid(organization.id);
    policy->name = organization.name;
    policy->default_model = reader.text("default_model");
    policy->default_provider = reader.text("default_provider");
    policy->retention_class = reader.retention_class();
    policy->on_exhausted = reader.on_exhausted();
    policy->overdraft_cap = reader.overdraft_cap();
    policy->closed = reader.flag("closed");
    organization.policy = std::move(policy);
    return reader.finish(std::move(organization));
}

Result<Project> parse_project(std::string_view key, std::string_view text) {
    Reader reader(key, text);
    Project project;
    project.id = reader.id_in_key(parse_uuid(id_part(key, kProjectDocumentPrefix)));
    project.organization = reader.id("organization");
    project.name = reader.text("name");
    project.is_default = reader.flag("is_default");
    project.created_ms = reader.integer("created_ms");
    project.limits = reader.limits_if_any();
    return reader.finish(std::move(project));
}

Result<KeyRecord> parse_key(std::string_view key, std::string_view text) {
    Reader reader(key, text);
    KeyRecord record;
    record.digest = reader.id_in_key(parse_key_digest(id_part(key, kKeyDocumentPrefix)));
    record.label = reader.text("label");
    record.name = reader.text("name");
    record.kind = reader.one_of("kind", kKinds).kind;
    record.organization = reader.id("organization");
    record.project = reader.id("project");
    record.creator = reader.id("creator");
    record.disabled = reader.flag("disabled");
    record.expires_ms = reader.integer("expires_ms");
    record.created_ms = reader.integer("created_ms");
    record.updated_ms = reader.integer("updated_ms");
    record.limits = reader.limits();
    return reader.finish(std::move(record));
}

Result<KeyRecord> parse_root_key(std::string_view key, std::string_view text) {
    Reader reader(key, text);
    KeyRecord record;
    record.kind = KeyKind::root;
    const auto digest = parse_key_digest(reader.text("digest"));
    if (!digest) reader.fail("digest", "must be 64 hexadecimal digits");
    record.digest = digest.value_or(KeyDigest{});
    record.label = reader.text("label");
    record.created_ms = record.updated_ms = reader.integer("created_ms");
    return reader.finish(std::move(record));
}

Result<std::string> write_organization(const Organization& organization, std::string_view previous) {
    auto members = members_of(previous);
    if (!members) return std::unexpected(members.error());
    (*members)["name"] = organization.name;
    (*members)["slug"] = organization.slug;
    (*members)["created_ms"] = organization.created_ms;
    (*members)["updated_ms"] = organization.updated_ms;
    write_limits(organization.limits, *members);
    (*members)["default_model"] = organization.policy->default_model;
    (*members)["default_provider"] = organization.policy->default_provider;
    const auto& retention_class = organization.policy->retention_class;
    (*members)["retention_class"] = retention_class ? json::value(*retention_class) : json::value();
    const auto& on_exhausted = organization.policy->on_exhausted;
    (*members)["on_exhausted"] =
        on_exhausted ? json::value(name_of(kOnExhausted, *on_exhausted, &NamedOnExhausted::policy)) : json::value();
    (*members)["overdraft_cap"] = amount_or_null(organization.policy->overdraft_cap);
    (*members)["closed"] = organization.policy->closed;
    return json::serialize(*members);
}

Result<std::string> write_project(const Project& project, std::string_view previous) {
    auto members = members_of(previous);
    if (!members) return std::unexpected(members.error());
    (*members)["organization"] = id_or_null(project.organization);
    (*members)["name"] = project.name;
    (*members)["is_default"] = project.is_default;
    (*members)["created_ms"] = project.created_ms;
    write_limits(project.limits, *members);
    return json::serialize(*members);
}

Result<std::string> write_key(const KeyRecord& record, std::string_view previous) {
    auto members = members_of(previous);
    if (!members) return std::unexpected(members.error());
    (*members)["label"] = record.label;
    (*members)["name"] = record.name;
    (*members)["kind"] = name_of(kKinds, record.kind, &NamedKind::kind);
    (*members)["organization"] = id_or_null(record.organization);
    (*members)["project"] = id_or_null(record.project);
    (*members)["creator"] = id_or_null(record.creator);
    (*members)["disabled"] = record.disabled;
    (*members)["expires_ms"] = record.expires_ms;
    (*members)["created_ms"] = record.created_ms;
    (*members)["updated_ms"] = record.updated_ms;
    write_limits(record.limits, *members);
    return json::serialize(*members);
}

Result<MemberRecord> parse_member(std::string_view key, std::string_view text) {
    Reader reader(key, text);
    MemberRecord record;
    const std::string_view ids = id_part(key, kMemberDocumentPrefix);
    const auto slash = std::min(ids.find('/'), ids.size());
    record.organization = reader.id_in_key(parse_uuid(ids.substr(0, slash)));
    record.user = reader.id_in_key(parse_uuid(ids.substr(std::min(slash + 1, ids.size()))));
    record.limits = reader.limits();
    return reader.finish(record);
}

Result<std::string> write_member(const MemberRecord& record, std::string_view previous) {
    auto members = members_of(previous);
    if (!members) return std::unexpected(members.error());
    write_limits(record.limits, *members);
    return json::serialize(*members);
}

std::string write_root_key(const KeyRecord& record) {
    json::object members;
    members["digest"] = to_hex(record.digest);
    members["label"] = record.label;
    members["created_ms"] = record.created_ms;
    return json::serialize(members);
}

}  // namespace tollgate
