-- MySQL dump 10.13  Distrib 8.2.0
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
INSERT INTO `users` VALUES (3,'mia','$2a$10$x','Mia\'s',1,1,'mia@people.test',1000000,250000,'vip');
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
INSERT INTO `tokens` VALUES (1,3,'AbCdEf0123456789web',1,'web',1,1,-1,250000,0,250000,NULL,''),(2,3,'AbCdEf0123456789spent',4,'spent',1,1,-1,0,0,500000,NULL,''),(3,3,'AbCdEf0123456789free',1,'free',1,1,-1,0,1,0,NULL,'');
CREATE TABLE `channels` (
  `id` bigint NOT NULL,
  `key` text
);
INSERT INTO `channels` VALUES (1,'sk-upstream');
