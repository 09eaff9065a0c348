"""Dumps of other gateways' databases, written for tests in the shape that their own tools give them."""

import hashlib


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def copied(table, rows):
    """Rows as pg_dump writes them: a COPY with a tab between values."""
    columns = list(rows[0])
    lines = ["\t".join("\\N" if row[name] is None else str(row[name]) for name in columns) for row in rows]
    names = ", ".join(columns)
    return f'COPY public."{table}" ({names}) FROM stdin;\n' + "\n".join(lines) + "\n\\.\n\n"


HEAD = """--
-- PostgreSQL database dump
--
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

"""

LITELLM_NAMES = ("web", "batch", "spent", "blocked", "narrow", "pattern", "personal")
LITELLM_KEYS = {name: f"sk-litellm-{name}-0123456789" for name in LITELLM_NAMES}


def litellm_key(name, **fields):
    row = {
        "token": digest(LITELLM_KEYS[name]),
        "key_name": f"sk-...{LITELLM_KEYS[name][-4:]}",
        "key_alias": name,
        "spend": 0,
        "expires": None,
        "models": "{}",
        "aliases": "{}",
        "config": "{}",
        "user_id": None,
        "team_id": None,
        "permissions": "{}",
        "max_parallel_requests": None,
        "metadata": "{}",
        "blocked": None,
        "tpm_limit": None,
        "rpm_limit": None,
        "max_budget": None,
        "budget_duration": None,
        "budget_reset_at": None,
        "budget_id": None,
        "organization_id": None,
        "created_at": "2026-01-02 03:04:05.678",
        "created_by": "default_user_id",
    }
    assert set(fields) <= set(row)
    return row | fields


def litellm_dump(domain, reset_at):
    """An organization with two teams and two people, and what belongs to none; windows of budgets end at `reset_at`."""
    user = {"user_id": None, "user_alias": None, "user_email": None, "user_role": "internal_user", "max_budget": None,
            "spend": 0, "models": "{}", "teams": "{}", "budget_duration": None, "budget_reset_at": None}  # fmt: skip
    team = {"team_id": None, "team_alias": None, "organization_id": None, "admins": "{}", "members": "{}",
            "members_with_roles": "[]", "metadata": "{}", "max_budget": None, "spend": 0, "models": "{}",
            "tpm_limit": None, "rpm_limit": None, "budget_duration": None, "budget_reset_at": None, "blocked": "f"}  # fmt: skip
    return (
        HEAD
        + copied("LiteLLM_BudgetTable", [{"budget_id": "b-acme", "max_budget": 100, "budget_duration": None,
                                          "rpm_limit": 6000, "created_by": "root"}])
        + copied("LiteLLM_OrganizationTable", [{"organization_id": "o-acme", "organization_alias": "Acme & Söhne",
                                                "budget_id": "b-acme", "metadata": "{}", "models": "{}", "spend": 40}])
        + copied("LiteLLM_TeamTable", [
            team | {"team_id": "t-web", "team_alias": "Web", "organization_id": "o-acme", "max_budget": 50, "spend": 20,
                    "members_with_roles": '[{"role": "user", "user_id": "u-bob"}]', "metadata": '{"cost_centre": "7"}'},
            team | {"team_id": "t-batch", "team_alias": "Batch", "organization_id": "o-acme"},
        ])
        + copied("LiteLLM_UserTable", [
            user | {"user_id": "u-ann", "user_alias": "Ann", "user_email": f"Ann@{domain}"},
            user | {"user_id": "u-bob", "user_alias": "Bob", "user_email": f"bob@{domain}", "max_budget": 5, "spend": 1},
            user | {"user_id": "u-eve", "user_alias": "Eve", "user_email": f"eve@{domain}"},
            user | {"user_id": "u-eve2", "user_alias": "Eve", "user_email": f"EVE@{domain}"},
        ])
        + copied("LiteLLM_OrganizationMembership", [{"user_id": "u-ann", "organization_id": "o-acme",
                                                     "user_role": "org_admin", "spend": 0, "budget_id": None}])
        + copied("LiteLLM_VerificationToken", [
            litellm_key("web", team_id="t-web", user_id="u-bob", spend="2.5", max_budget=10, budget_duration="30d",
                        budget_reset_at=reset_at, rpm_limit=3),
            litellm_key("batch", team_id="t-batch"),
            litellm_key("spent", team_id="t-batch", spend="1.000000001", max_budget=1),
            litellm_key("blocked", team_id="t-batch", blocked="t"),
            litellm_key("narrow", team_id="t-batch", models="{test/scripted,test/unknown}", permissions='{"x": true}'),
            litellm_key("pattern", team_id="t-batch", models="{openai/*}"),
            litellm_key("personal", user_id="u-bob"),
        ])
        + copied("LiteLLM_SpendLogs", [{"request_id": "r1"}, {"request_id": "r2"}])
    )  # fmt: skip


ONE_API_KEYS = {"web": "AbCdEf0123456789web", "spent": "AbCdEf0123456789spent", "free": "AbCdEf0123456789free"}


def one_api_dump(email):
    """As mysqldump writes it: one user with 2 USD of quota left, and three tokens."""
    web, spent, free = ONE_API_KEYS.values()
    return f"""-- MySQL dump 10.13  Distrib 8.2.0
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `users`;
CREATE TABLE `users` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `username` varchar(191) DEFAULT NULL,
  `password` longtext NOT NULL,
  `display_name` varchar(191) DEFAULT NULL,
  `role` bigint DEFAULT '1',
  `status` bigint DEFAULT '1',
  `email` varchar(191) DEFAULT NULL,
  `quota` bigint DEFAULT '0',
  `used_quota` bigint DEFAULT '0',
  `group` varchar(32) DEFAULT 'default',
  PRIMARY KEY (`id`),
  UNIQUE KEY `username` (`username`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
LOCK TABLES `users` WRITE;
INSERT INTO `users` VALUES (3,'mia','$2a$10$x','Mia\\'s',1,1,'{email}',1000000,250000,'vip');
UNLOCK TABLES;
CREATE TABLE `tokens` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `user_id` bigint DEFAULT NULL,
  `key` char(48) DEFAULT NULL,
  `status` bigint DEFAULT '1',
  `name` varchar(191) DEFAULT NULL,
  `created_time` bigint DEFAULT NULL,
  `accessed_time` bigint DEFAULT NULL,
  `expired_time` bigint DEFAULT '-1',
  `remain_quota` bigint DEFAULT '0',
  `unlimited_quota` tinyint(1) DEFAULT '0',
  `used_quota` bigint DEFAULT '0',
  `models` text,
  `subnet` varchar(191) DEFAULT '',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `tokens` VALUES (1,3,'{web}',1,'web',1,1,-1,250000,0,250000,NULL,''),(2,3,'{spent}',4,'spent',1,1,-1,0,0,500000,NULL,''),(3,3,'{free}',1,'free',1,1,-1,0,1,0,NULL,'');
CREATE TABLE `channels` (
  `id` bigint NOT NULL,
  `key` text
);
INSERT INTO `channels` VALUES (1,'sk-upstream');
"""
