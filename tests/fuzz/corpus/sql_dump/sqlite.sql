PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE `users` (`id` integer,`username` text DEFAULT "",`email` text,`quota` bigint,PRIMARY KEY (`id`));
INSERT INTO users VALUES(1,'a ''b''','a@people.test',500000);
CREATE TABLE `tokens` (`id` integer,`user_id` integer,`key` char(48),`remain_quota` bigint);
INSERT INTO tokens VALUES(1,1,'abc',5);
COMMIT;
