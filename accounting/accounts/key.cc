#include "accounting/accounts/key.h"

#include <array>
#include <type_traits>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/key_maker.h"
#include "accounting/accounts/seats.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 5> kDisabled = {"no", "by_hand", "member_left", "member_suspended",
                                                       "project_archived"};

// What stays of a deleted key.
template <class Key, class Fields>
void fields_of_former(Key& key, Fields& fields) {
    fields.name("name", key.name);
    fields.characters("first", key.ends.first);
    fields.characters("last", key.ends.last);
    fields.choice("kind", key.kind);
}

template <class Value>
void read_into(Seldom<Value>& value, Result<Value> read, DocumentReader& reader) {
    read ? void(value = std::move(*read)) : reader.fail(read.error().message());
}

template <class Key, class Fields>
void fields_of(Key& key, Fields& fields) {
    fields_of_former(key, fields);
    fields.id("organization", key.organization);
    fields.id("project", key.project);
    fields.id("creator", key.creator);
    fields.choice("disabled", key.disabled);
    std::int64_t version = key.version;
    fields.number("version", version);
    fields.number("expires_ms", key.expires_ms);
    fields.number("created_ms", key.created_ms);
    fields.number("updated_ms", key.updated_ms);
    Limits limits = key.limits;
    limit_fields_of(limits, fields);
    std::string rules = json_of(key.rules), secrets = json_of(key.secrets);
    fields.json("rules", rules);
    fields.json("secrets", secrets);
    if constexpr (std::is_same_v<Fields, DocumentReader>) {
        read_into(key.rules, read_key_rules("rules", rules), fields);
        read_into(key.secrets, read_key_secrets("secrets", secrets), fields);
    }
    if constexpr (!std::is_const_v<Key>) {
        key.limits = limits;
        key.version = static_cast<std::uint32_t>(version);
    }
    const bool personal = key.kind == KeyKind::personal;
    if (personal) fields.flag("may_infer", key.may_infer);
    if (!personal && key.kind != KeyKind::service) return;
    auto scopes = key.scopes.names();
    fields.texts("scopes", scopes);
    if constexpr (!std::is_const_v<Key>) {
        key.scopes = (personal ? parse_token_scopes(scopes) : parse_service_scopes(scopes)).value_or(ScopeSet());
    }
}

std::string key_document(const KeyRecord& key) {
    DocumentWriter writer;
    fields_of(key, writer);
    return writer.take();
}

std::string former_key_document(const KeyRecord& key) {
    DocumentWriter writer;
    fields_of_former(key, writer);
    return writer.take();
}

KeyNames names_of(const KeyRecord& key) { return {.name = key.name, .label = key_label(key.kind, key.ends)}; }

std::string root_key_document(const KeyRecord& key) {
    DocumentWriter writer;
    writer.text("digest", to_hex(key.digest), kMaxNameBytes);
    writer.characters("first", key.ends.first);
    writer.characters("last", key.ends.last);
    writer.number("created_ms", key.created_ms);
    return writer.take();
}

std::string document_key(const KeyDigest& digest) { return key_document_key(to_hex(digest)); }

Result<Id128> project_for_key(Change& change, const Id128& organization, const KeyFields& fields) {
    if (fields.kind == KeyKind::management) {
        if (fields.project) return failure(StatusCode::invalid, "project: a management key belongs to no project");
        return Id128{};
    }
    if (fields.project) {
        const Project* const project = change.directory().find_project(*fields.project);
        if (project == nullptr || project->organization != organization) {
            return failure(StatusCode::not_found, "project: the organization has no such project");
        }
        if (!project->archived()) return project->id;
        return std::unexpected(Status(StatusCode::conflict, "project: is archived", "project_archived"));
    }
    if (const Project* const project = change.directory().default_project(organization)) return project->id;
    return failure(StatusCode::corrupt, "organization " + to_uuid(organization) + " has no default project");
}

bool calls_models(KeyKind kind) { return kind == KeyKind::inference || kind == KeyKind::service; }

Status check_expiry(const Change& change, std::int64_t expires_ms) {
    if (expires_ms == 0 || expires_ms > change.now_ms()) return {};
    return {StatusCode::invalid, "expires_ms: must be in the future"};
}

// Whoever lets a token live longer gives it all that it may for that time.
Status change_expiry(const Change& change, std::int64_t expires_ms, KeyRecord& key) {
    if (Status status = check_expiry(change, expires_ms); !status.ok()) return status;
    if (Status status = check_own_scopes(change, key); !status.ok()) return status;
    key.expires_ms = expires_ms;
    return {};
}

}  // namespace

std::string_view to_string(Disabled disabled) { return kDisabled.at(static_cast<std::size_t>(disabled)); }

bool parse(std::string_view text, Disabled& disabled) { return parse_name(kDisabled, text, disabled); }

Result<KeyRecord> read_key(DocumentReader& reader, std::string_view document, std::string_view text) {
    KeyRecord key;
    reader.open(document, text);
    const auto digest = parse_key_digest(reader.id_part(kKeyDocumentPrefix));
    if (!digest) reader.fail("the id in its key is malformed");
    key.digest = digest.value_or(KeyDigest{});
    fields_of(key, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return key;
}

Result<KeyRecord> read_root_key(DocumentReader& reader, std::string_view text) {
    KeyRecord key;
    key.kind = KeyKind::root;
    reader.open(kRootDocumentKey, text);
    std::string hex;
    reader.text("digest", hex, kMaxNameBytes);
    const auto digest = parse_key_digest(hex);
    if (!digest) reader.fail("member \"digest\" must be 64 hexadecimal digits");
    key.digest = digest.value_or(KeyDigest{});
    reader.characters("first", key.ends.first);
    reader.characters("last", key.ends.last);
    reader.number("created_ms", key.created_ms);
    key.updated_ms = key.created_ms;
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return key;
}

Result<KeyRecord> key_to_change(Change& change, const KeyDigest& digest, std::string_view verb) {
    const KeyRecord* const current = change.directory().find_key(digest);
    if (current == nullptr) return failure(StatusCode::not_found, "key not found");
    if (current->kind == KeyKind::root) {
        return failure(StatusCode::invalid, "the root key can't be " + std::string(verb));
    }
    if (Status status = change.require_version(current->version); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return *current;
}

void put_key(Change& change, KeyRecord key) {
    const std::string document = document_key(key.digest);
    const KeyRecord* const before = change.directory().find_key(key.digest);
    ++key.version;
    change.put_document(key.organization, document, before != nullptr ? key_document(*before) : std::string(),
                        key_document(key));
    change.concerns(key.organization, document);
    // A new key gets its limits when it is first used. One that there was may be in first use right now, by a reader of
    // the directory before this change: its limits are set here, or that reader's would stay.
    if (before != nullptr && before->credit != nullptr) {
        change.after_publish([&credits = change.accounts().credits(), credit = key.credit,
                              organization = key.organization, digest = key.digest,
                              limits = key.limits] { credit->set_limits(credits.key(organization, digest), limits); });
    }
    change.edit().put(std::move(key));
}

Result<NewKey> create_root_key(Change& change) {
    if (change.directory().has_root_key()) {
        return failure(StatusCode::already_exists, "the root key was created before");
    }
    NewKey made = generate_key(KeyKind::root);
    KeyRecord key;
    key.digest = made.digest;
    key.ends = key_ends(made.plaintext);
    key.kind = KeyKind::root;
    key.created_ms = key.updated_ms = change.now_ms();
    change.put_document({}, std::string(kRootDocumentKey), {}, root_key_document(key));
    change.concerns({}, std::string(kRootDocumentKey));
    change.edit().put(std::move(key));
    return made;
}

Result<NewKey> create_key(Change& change, const Id128& organization, const KeyFields& fields) {
    const auto owner = open_organization(change, organization);
    KeyRecord key;
    key.name = fields.name;
    key.kind = fields.kind;
    key.scopes = fields.scopes;
    key.organization = organization;
    key.creator = fields.creator;
    key.expires_ms = fields.expires_ms;
    key.created_ms = key.updated_ms = change.now_ms();
    Limits limits;
    limits.budget = fields.limit;
    limits.reset = fields.reset;
    key.limits = limits;
    key.rules = fields.rules;
    DocumentCheck check;
    fields_of(key, check);
    if (!check.status().ok()) return std::unexpected(check.status());
    if (fields.kind == KeyKind::root || fields.kind == KeyKind::personal) {
        return failure(StatusCode::invalid, "kind: must be inference, management or service");
    }
    if (fields.kind != KeyKind::service && fields.scopes != ScopeSet()) {
        return failure(StatusCode::invalid, "scopes: only service keys have any");
    }
    if (!calls_models(fields.kind) && !fields.rules.empty()) {
        return failure(StatusCode::invalid, "rules: this kind of key calls no models");
    }
    if (Status status = check_expiry(change, fields.expires_ms); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    if (!owner) return std::unexpected(owner.error());
    if (Status status = check_maker(change.directory(), organization, fields.creator); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    if (Status status = check_room_for_key(change, organization); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const auto project = project_for_key(change, organization, fields);
    if (!project) return std::unexpected(project.error());
    key.project = *project;

    NewKey made = generate_key(fields.kind);
    key.digest = made.digest;
    key.ends = key_ends(made.plaintext);
    key.credit = (*owner)->credit;
    put_key(change, std::move(key));
    return made;
}

Status check_own_scopes(const Change& change, const ScopeSet& scopes, bool may_infer) {
    const Caller& caller = change.caller();
    if (caller.kind != CallerKind::personal_token) return {};
    const KeyRecord* const own = change.directory().find_key(caller.key);
    const bool infers = own != nullptr && own->may_infer;
    if (caller.scopes.covers(scopes) && (infers || !may_infer)) return {};
    return {StatusCode::denied, "the token would have more scopes than the one that makes it", "scope_exceeds_own"};
}

Status check_own_scopes(const Change& change, const KeyRecord& key) {
    return key.kind == KeyKind::personal ? check_own_scopes(change, key.scopes, key.may_infer) : Status();
}

Result<NewKey> create_token(Change& change, const Id128& user, const TokenFields& fields) {
    KeyRecord key;
    key.name = fields.name;
    key.kind = KeyKind::personal;
    key.creator = user;
    key.scopes = fields.scopes;
    key.may_infer = fields.may_infer;
    key.expires_ms = fields.expires_ms;
    key.created_ms = key.updated_ms = change.now_ms();
    DocumentCheck check;
    fields_of(key, check);
    Status status = check.status();
    if (status.ok()) status = check_expiry(change, fields.expires_ms);
    if (status.ok()) status = check_own_scopes(change, fields.scopes, fields.may_infer);
    if (!status.ok()) return std::unexpected(std::move(status));
    if (change.directory().find_user(user) == nullptr) {
        return failure(StatusCode::not_found, "there is no such person");
    }
    if (const std::size_t count = change.directory().tokens_of(user).size(); count >= kMostTokensOfPerson) {
        return failure(StatusCode::conflict,
                       "the person has " + std::to_string(count) + " of " + std::to_string(kMostTokensOfPerson) +
                           " personal tokens; delete one first",
                       "limit_reached");
    }
    NewKey made = generate_key(KeyKind::personal);
    key.digest = made.digest;
    key.ends = key_ends(made.plaintext);
    put_key(change, std::move(key));
    return made;
}

Status update_key(Change& change, const KeyDigest& digest, const KeyChange& fields) {
    auto key = key_to_change(change, digest, "changed");
    if (!key) return key.error();
    key->name = fields.name.value_or(key->name);
    if (fields.creator && *fields.creator != key->creator) {
        if (acts_for_maker(key->kind)) {
            return {StatusCode::conflict,
                    "whoever has the key's secret would act with the new maker's rights: such a key is taken over as "
                    "it is rotated, with creator_user_id",
                    "rotate_first"};
        }
        if (Status status = hand_over(change.directory(), *fields.creator, *key); !status.ok()) return status;
    }
    if (fields.expires_ms && *fields.expires_ms != key->expires_ms) {
        if (Status status = change_expiry(change, *fields.expires_ms, *key); !status.ok()) return status;
    }
    const bool was_disabled = key->disabled != Disabled::no;
    const bool is_disabled = fields.disabled.value_or(was_disabled);
    if (was_disabled && !is_disabled) {
        if (Status status = check_may_enable(change.directory(), *key); !status.ok()) return status;
        if (Status status = check_own_scopes(change, *key); !status.ok()) return status;
    }
    // Whoever disables a key may rely on it, also where it was disabled for a reason that will be over.
    if (fields.disabled) key->disabled = is_disabled ? Disabled::by_hand : Disabled::no;
    Limits limits = key->limits;
    limits.budget = fields.limit.value_or(limits.budget);
    limits.reset = fields.reset.value_or(limits.reset);
    if (fields.rules && !fields.rules->empty() && !calls_models(key->kind)) {
        return {StatusCode::invalid, "rules: this kind of key calls no models"};
    }
    if (fields.rules) key->rules = *fields.rules;
    key->limits = limits;
    if (key_document(*key) == key_document(*change.directory().find_key(digest))) return {};
    key->updated_ms = change.now_ms();
    DocumentCheck check;
    fields_of(*key, check);
    if (!check.status().ok()) return check.status();
    put_key(change, std::move(*key));
    return {};
}

const KeyDigest& playground_key() {
    static const KeyDigest digest = digest_key("the playground");
    return digest;
}

Result<KeyNames> names_of_key(const Directory& directory, Store& store, const KeyDigest& digest) {
    const KeyRecord* const key = directory.find_key(digest);
    return key != nullptr ? names_of(*key) : names_of_key(store, digest);
}

Result<KeyNames> names_of_key(Store& store, const KeyDigest& digest) {
    if (digest == playground_key()) return KeyNames{.name = "Playground", .label = "playground"};
    for (const std::string& document : {document_key(digest), former_key_document_key(to_hex(digest))}) {
        const auto text = store.get(Family::accounts, document);
        if (!text && text.error().code() == StatusCode::not_found) continue;
        if (!text) return std::unexpected(text.error());
        DocumentReader reader;
        KeyRecord key;
        reader.open(document, *text);
        fields_of_former(key, reader);  // both have them
        if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
        return names_of(key);
    }
    return failure(StatusCode::not_found, "key not found");
}

Status delete_key(Change& change, const KeyDigest& digest) {
    const auto key = key_to_change(change, digest, "deleted");
    if (!key) return key.error();
    erase_key(change, digest);
    return {};
}

void erase_key(Change& change, const KeyDigest& digest) {
    const KeyRecord key = *change.directory().find_key(digest);
    const std::string document = document_key(digest);
    change.put_document(key.organization, document, key_document(key), {});
    change.put_document(key.organization, former_key_document_key(to_hex(digest)), {}, former_key_document(key));
    change.concerns(key.organization, document);
    change.edit().erase_key(digest);
}

}  // namespace tollgate
