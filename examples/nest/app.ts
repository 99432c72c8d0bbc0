// NestJS by OpenFeature: flags are parameters of handlers, the request's user is their context, and
// the provider closes with the application.
//   npm i @nestjs/common @nestjs/core @nestjs/platform-express @openfeature/core @openfeature/nestjs-sdk \
//     @openfeature/server-sdk reflect-metadata rxjs statsig-node-native
import 'reflect-metadata';
import {
  Controller,
  Get,
  Module,
  ServiceUnavailableException,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  BooleanFeatureFlag,
  OpenFeatureModule,
  type EvaluationDetails,
} from '@openfeature/nestjs-sdk';
import { OpenFeature, ProviderStatus } from '@openfeature/server-sdk';
import { firstValueFrom, type Observable } from 'rxjs';
import { StatsigProvider } from 'statsig-node-native/openfeature';

const { STATSIG_SECRET_KEY = '', STATSIG_API, PORT = '3000' } = process.env;

@Controller()
class Shop {
  @Get()
  async home(
    @BooleanFeatureFlag({ flagKey: 'new_checkout', defaultValue: false })
    flag: Observable<EvaluationDetails<boolean>>,
  ) {
    const { value } = await firstValueFrom(flag);
    return { isNew: value };
  }

  @Get('ready')
  ready() {
    const { providerStatus } = OpenFeature.getClient();
    if (providerStatus !== ProviderStatus.READY) throw new ServiceUnavailableException();
    return { providerStatus };
  }
}

/** Whom a request is about. */
async function contextFactory(context: ExecutionContext) {
  const { headers, ip } = context.switchToHttp().getRequest();
  const targetingKey = headers['x-user-id'] ?? 'anonymous';
  return { targetingKey, ip, userAgent: headers['user-agent'] };
}

@Module({
  imports: [
    OpenFeatureModule.forRoot({
      defaultProvider: new StatsigProvider({
        secretKey: STATSIG_SECRET_KEY,
        options: { api: STATSIG_API },
      }),
      contextFactory,
    }),
  ],
  controllers: [Shop],
})
class App {}

async function start() {
  const app = await NestFactory.create(App, { logger: ['error', 'warn'] });
  // On SIGTERM the module closes OpenFeature, and that the provider, which flushes.
  app.enableShutdownHooks();
  await app.listen(Number(PORT), '127.0.0.1');
  console.log(await app.getUrl());
}

void start();
