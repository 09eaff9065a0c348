#include "gateway/command_line/usual_columns.h"

#include <algorithm>
#include <array>

#include "gateway/api/schema.h"

namespace tollgate {
namespace {

constexpr std::array<UsualColumns, 25> kUsualColumns = {{
    {"Activity",
     "created_at,model,provider_name,http_status,tokens_prompt,tokens_completion,usage,key_name,member_email,id"},
    {"Allowance", "amount,interval,starts_at,ends_at,paused,organization_id,id"},
    {"AuditEntry", "created_at,actor_name,via,action,target,change"},
    {"ByokKey", "provider,name,label,sort_order,is_fallback,disabled,id"},
    {"CreditLot", "source,amount,remaining,expires_at,transaction_id"},
    {"CreditRequest", "created_at,amount,state,note,approved_amount,user_id,id"},
    {"GitClaim", "provider,host,git_organization,outsiders,verified_at,id"},
    {"Invitation", "email,role,state,expires_at,id"},
    {"Key", "name,kind,label,disabled,limit,limit_reset,usage,last_used_at,hash"},
    {"Mail", "created_at,kind,to,state,attempts,problem,id"},
    {"Member", "email,name,role,status,last_active_at,limits.limit,user_id"},
    {"MemberFinances", "email,lifetime_spend,current_budget,max_budget,reset_interval,user_id"},
    {"Model", "id,name,context_length,pricing.prompt,pricing.completion"},
    {"ModelEndpoint", "model_id,tag,context_length,pricing.prompt,pricing.completion"},
    {"OpenRouterPreset", "slug,name,status,updated_at,id"},
    {"Organization", "name,slug,kind,status,created_at,id"},
    {"OrganizationUsage", "organization_name,requests,error_rate,prompt_tokens,completion_tokens,usage,charged"},
    {"Preset", "slug,name,model,updated_at,id"},
    {"Project", "name,mode,is_default,archived,created_at,id"},
    {"ProviderKey", "label,provider,secret,priority,is_fallback,disabled,base_url,region,id"},
    {"RefusedAct", "date,actor_name,via,method,route,reason,count,last_at"},
    {"Token", "name,label,scopes,may_infer,disabled,expires_at,last_used_at,hash"},
    {"Transaction", "created_at,kind,state,amount,balance,note,id"},
    {"User", "email,name,status,email_verified,created_at,id"},
    {"Voucher", "amount,state,expires_at,batch,note,used_by,used_at,id"},
}};

const Schema* item_in(const Schema& answer) {
    for (const Field& field : answer.fields) {
        if (field.type == Field::Type::list && (field.name == "data" || field.name == "items")) return field.of;
        if (!field.name.empty() || field.of == nullptr) continue;
        if (const Schema* const item = item_in(*field.of)) return item;  // one of several shapes
    }
    return nullptr;
}

}  // namespace

std::span<const UsualColumns> usual_columns() { return kUsualColumns; }

const Schema* item_of(const Operation& operation) {
    return operation.contract.answer == nullptr ? nullptr : item_in(*operation.contract.answer);
}

std::string_view usual_columns_of(const Operation& operation) {
    const Schema* const item = item_of(operation);
    if (item == nullptr) return {};
    const auto found = std::ranges::find(kUsualColumns, item->name, &UsualColumns::item);
    return found == kUsualColumns.end() ? std::string_view() : found->names;
}

}  // namespace tollgate
